// SPDX-License-Identifier: Apache-2.0
// Many tasks looked up at once: the same answers as one by one.
#include "logs_under_test.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace rota {
namespace {

using ::testing::ElementsAre;

// What a plan makes of all that it is told of one task.
struct Found {
  std::int64_t newest_started_sequence = 0;
  ExecutionState newest_state = ExecutionState::success;
  std::int64_t success_finished_sequence = 0;
  std::string version, arguments, fingerprint;
  std::vector<FileStamp> inputs, outputs;
};

class LatestExecutionsTest : public ConformanceTest {
 protected:
  std::vector<Found> look_up(const std::vector<std::string>& task_ids) {
    const std::vector<std::string_view> ids(task_ids.begin(), task_ids.end());
    std::vector<Found> found(ids.size());
    log_->find_latest_executions(ids, [&](std::size_t at, const PastExecution& past) {
      Found& one = found.at(at);
      if (past.started_sequence >= one.newest_started_sequence) {
        one.newest_started_sequence = past.started_sequence;
        one.newest_state = past.state;
      }
      const bool is_later = past.state == ExecutionState::success &&
                            past.finished_sequence > one.success_finished_sequence;
      if (!is_later) return;
      one.success_finished_sequence = past.finished_sequence;
      one.version = past.version;
      one.arguments = past.arguments;
      one.fingerprint = past.fingerprint;
      one.inputs.assign(past.inputs.begin(), past.inputs.end());
      one.outputs.assign(past.outputs.begin(), past.outputs.end());
    });
    return found;
  }

  void expect_as_one_by_one(const std::vector<std::string>& task_ids) {
    const std::vector<Found> found = look_up(task_ids);
    for (std::size_t at = 0; at < task_ids.size(); ++at) {
      const auto newest = log_->find_latest_execution(task_ids[at], false);
      const auto success = log_->find_latest_execution(task_ids[at], true);
      ASSERT_EQ(found[at].newest_started_sequence, newest ? newest->started_sequence : 0);
      if (newest) {
        ASSERT_EQ(found[at].newest_state, newest->state());
      }
      ASSERT_EQ(found[at].success_finished_sequence, success ? success->finished_sequence : 0);
      if (!success) continue;
      ASSERT_EQ(found[at].version, success->start.version);
      ASSERT_EQ(found[at].arguments, success->start.arguments);
      ASSERT_EQ(found[at].fingerprint, success->start.fingerprint);
      ASSERT_EQ(found[at].inputs, success->end.inputs);
      ASSERT_EQ(found[at].outputs, success->end.outputs);
    }
  }
};

TEST_P(LatestExecutionsTest, GiveNothingForNoTaskAndForOneThatNeverRan) {
  look_up({});
  record("t_a");
  record("t_b", ExecutionState::blocked);
  EXPECT_EQ(look_up({"t_none"})[0].newest_started_sequence, 0);
  EXPECT_EQ(look_up({"t_b"})[0].newest_started_sequence, 0);
}

TEST_P(LatestExecutionsTest, ShowOneWhoseOwnerDiedAsLost) {
  begin("t_a");
  EXPECT_EQ(look_up({"t_a"})[0].newest_state, ExecutionState::running);
  processes_.end(1);
  EXPECT_EQ(look_up({"t_a"})[0].newest_state, ExecutionState::lost);
}

TEST_P(LatestExecutionsTest, OfTwoThatOverlapTheSuccessThatEndedLastCounts) {
  const ExecutionHandle first = begin("t_a", "1");
  const ExecutionHandle second = begin("t_a", "2");
  ASSERT_TRUE(finish(second));
  ASSERT_TRUE(finish(first));
  expect_as_one_by_one({"t_a"});
  EXPECT_EQ(look_up({"t_a"})[0].arguments, R"({"n":"1"})");
}

// Few of a long history, which are looked up, and many of a short one, which is read.
TEST_P(LatestExecutionsTest, GiveWhatLookingUpEachGives) {
  std::mt19937 random(11);
  std::vector<std::string> all;
  for (int number = 0; number < 40; ++number) all.push_back(fmt::format("t_{:02}", number));
  std::vector<ExecutionHandle> active;
  for (int step = 0; step < 300; ++step) {
    const std::string task = all[random() % 30];
    const ExecutionStart start{.task_id = task,
                               .version = fmt::format("1.{}", random() % 3),
                               .arguments = fmt::format(R"({{"n":{}}})", step),
                               .fingerprint = random() % 2 == 0 ? "" : "build-id:1"};
    ExecutionEnd end{.state = static_cast<ExecutionState>(2 + random() % 4)};
    for (unsigned file = random() % 3; file > 0; --file) {
      end.inputs.push_back({fmt::format("in{}", file), random() % 9, 1, ""});
      end.outputs.push_back({fmt::format("{}_{}", task, file), 1, 2, "xxh3:0"});
    }
    const auto chance = random() % 10;
    if (chance < 2) {
      active.push_back(log_->begin_execution(start));
    } else if (chance < 4 && !active.empty()) {
      const std::size_t at = random() % active.size();
      log_->finish_execution(active[at], end);
      active.erase(active.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      if (chance == 9) end = {.state = ExecutionState::skipped_up_to_date};
      log_->record_task_execution(start, end);
    }
    if (step % 30 != 0) continue;
    std::ranges::shuffle(all, random);
    ASSERT_NO_FATAL_FAILURE(expect_as_one_by_one(all));
    ASSERT_NO_FATAL_FAILURE(expect_as_one_by_one({all[0], all[1]}));
  }
}

ROTA_TEST_ON_ALL_LOGS(LatestExecutionsTest);

}  // namespace
}  // namespace rota
