// SPDX-License-Identifier: Apache-2.0
// What has changed since a number of the sequence, and waiting for it.
#include "logs_under_test.h"

#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

class FollowingTest : public ConformanceTest {
 protected:
  std::vector<std::int64_t> changes(std::int64_t sequence, std::size_t limit = 0) {
    std::vector<std::int64_t> numbers;
    for (const Execution& execution : log_->changes_since(sequence, limit))
      numbers.push_back(execution.changed_sequence);
    return numbers;
  }
};
ROTA_TEST_ON_ALL_LOGS(FollowingTest);

TEST_P(FollowingTest, TheLastNumberGrowsWithEachStartEndAndUpdate) {
  EXPECT_EQ(log_->last_sequence(), 0);
  const ExecutionHandle handle = begin("t");
  EXPECT_EQ(log_->last_sequence(), 1);
  finish(handle);
  EXPECT_EQ(log_->last_sequence(), 2);
  record("t");
  EXPECT_EQ(log_->last_sequence(), 4);
  log_->update_execution_record(handle.task_run_id, {.notes = "n"});
  EXPECT_EQ(log_->last_sequence(), 5);
}

TEST_P(FollowingTest, ChangesComeInTheirOrderEachExecutionOnce) {
  EXPECT_THAT(changes(0), IsEmpty());
  const ExecutionHandle first = begin("t", "1");   // 1
  const ExecutionHandle second = begin("t", "2");  // 2
  EXPECT_THAT(changes(0), ElementsAre(1, 2));
  finish(second);                                                             // 3
  finish(first);                                                              // 4
  log_->update_execution_record(second.task_run_id, {.notes = "late note"});  // 5
  record("u");                                                                // 6, 7
  EXPECT_THAT(changes(0), ElementsAre(4, 5, 7));
  EXPECT_THAT(changes(4), ElementsAre(5, 7));
  EXPECT_THAT(changes(7), IsEmpty());
  EXPECT_THAT(changes(1'000'000), IsEmpty());
  EXPECT_THAT(changes(0, 2), ElementsAre(4, 5));
  EXPECT_EQ(log_->changes_since(4, 1).at(0).task_run_id, second.task_run_id);
  EXPECT_EQ(log_->changes_since(4, 1).at(0).notes, "late note");
}

TEST_P(FollowingTest, WhatEveryQueryGivesTellsItsLastChange) {
  const std::string run = record("t");
  log_->update_execution_record(run, {.notes = "n"});
  EXPECT_EQ(log_->find_execution(run)->changed_sequence, 3);
  EXPECT_EQ(log_->get_task_execution_history({}).at(0).changed_sequence, 3);
  EXPECT_EQ(log_->find_latest_execution("t", true)->changed_sequence, 3);
}

TEST_P(FollowingTest, RemovalsAreNotTold) {
  const std::string run = record("t");
  record("t");
  log_->remove_execution_record(run);
  EXPECT_THAT(changes(0), ElementsAre(4));
}

TEST_P(FollowingTest, WatchGivesWhatIsThereAtOnce) {
  record("t");
  const auto start = Clock::now();
  EXPECT_THAT(log_->watch(0, 0, std::chrono::minutes(1)), SizeIs(1));
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(10));
}

TEST_P(FollowingTest, WatchGivesNothingWhenTheTimeIsOver) {
  record("t");
  const auto start = Clock::now();
  EXPECT_THAT(log_->watch(2, 0, milliseconds(150)), IsEmpty());
  EXPECT_GE(Clock::now() - start, milliseconds(150));
  EXPECT_THAT(log_->watch(2, 0, milliseconds(0)), IsEmpty());
  EXPECT_THAT(log_->watch(2, 0, milliseconds(-5)), IsEmpty());
}

TEST_P(FollowingTest, WatchEndsWithTheNextChangeOfAnyone) {
  const ExecutionHandle handle = begin("t");
  std::thread worker([&] {
    std::this_thread::sleep_for(milliseconds(100));
    finish(handle);
  });
  const std::vector<Execution> seen = log_->watch(1, 0, milliseconds::max());
  worker.join();
  ASSERT_THAT(seen, SizeIs(1));
  EXPECT_EQ(seen[0].task_run_id, handle.task_run_id);
  EXPECT_EQ(seen[0].state(), ExecutionState::success);
}

TEST_P(FollowingTest, WhoeverFollowsMissesNoExecution) {
  constexpr std::size_t kExecutions = 200;
  std::thread writer([&] {
    for (std::size_t number = 0; number < kExecutions; ++number) finish(begin("t"));
  });
  std::set<std::string> ended;
  std::int64_t since = 0;
  while (ended.size() < kExecutions) {
    const std::vector<Execution> changes = log_->watch(since, 7, std::chrono::seconds(60));
    ASSERT_THAT(changes, ::testing::Not(IsEmpty()));
    for (const Execution& execution : changes) {
      EXPECT_GT(execution.changed_sequence, since);
      since = execution.changed_sequence;
      const bool is_new = !execution.finished_at || ended.insert(execution.task_run_id).second;
      EXPECT_TRUE(is_new) << execution.task_run_id;
    }
  }
  writer.join();
  EXPECT_EQ(since, std::int64_t{2 * kExecutions});
}

TEST_P(FollowingTest, IdsAreFoundByTheirBeginningInByteOrder) {
  std::set<std::string> all;
  for (int number = 0; number < 30; ++number) all.insert(record("t"));
  EXPECT_THAT(log_->find_task_run_ids("", 100),
              ::testing::ElementsAreArray(std::vector<std::string>(all.begin(), all.end())));
  EXPECT_THAT(log_->find_task_run_ids("", 3), SizeIs(3));
  EXPECT_THAT(log_->find_task_run_ids(*all.begin(), 5), ElementsAre(*all.begin()));
  EXPECT_THAT(log_->find_task_run_ids(all.begin()->substr(0, 20), 5), ElementsAre(*all.begin()));
  EXPECT_THAT(log_->find_task_run_ids(*all.begin() + "0", 5), IsEmpty());
  EXPECT_THAT(log_->find_task_run_ids("\xFF", 5), IsEmpty());
}

}  // namespace
}  // namespace rota
