// SPDX-License-Identifier: Apache-2.0
// What is found again, and in which order.
#include "logs_under_test.h"

#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using State = ExecutionState;

class HistoryTest : public ConformanceTest {
 protected:
  std::vector<std::int64_t> history(const HistoryQuery& query) {
    std::vector<std::int64_t> starts;
    for (const Execution& execution : log_->get_task_execution_history(query)) {
      starts.push_back(execution.started_sequence);
    }
    return starts;
  }
};
ROTA_TEST_ON_ALL_LOGS(HistoryTest);

TEST_P(HistoryTest, AnEmptyLogHasNothing) {
  EXPECT_THAT(history({}), IsEmpty());
  EXPECT_THAT(history({.task_id = "t", .state = State::lost}), IsEmpty());
  EXPECT_FALSE(log_->find_latest_execution("t", false));
  EXPECT_FALSE(log_->find_latest_execution("t", true));
  EXPECT_FALSE(log_->find_execution(""));
  EXPECT_FALSE(log_->find_execution("00000000-0000-4000-8000-000000000000"));
  EXPECT_EQ(log_->mark_lost_executions(), 0U);
}

TEST_P(HistoryTest, NewestStartComesFirstWhateverEndsFirst) {
  const ExecutionHandle first = begin("t", "1");
  const ExecutionHandle second = begin("t", "2");
  finish(second);
  finish(first);
  EXPECT_THAT(history({}), ElementsAre(2, 1));
}

TEST_P(HistoryTest, IsFilteredByTaskAndState) {
  record("t", State::success);  // 1, 2
  record("u", State::success);  // 3, 4
  record("t", State::failed);   // 5, 6
  record("t", State::success);  // 7, 8
  begin("u");                   // 9
  EXPECT_THAT(history({.task_id = "t"}), ElementsAre(7, 5, 1));
  EXPECT_THAT(history({.task_id = "u"}), ElementsAre(9, 3));
  EXPECT_THAT(history({.task_id = "none"}), IsEmpty());
  EXPECT_THAT(history({.state = State::success}), ElementsAre(7, 3, 1));
  EXPECT_THAT(history({.state = State::running}), ElementsAre(9));
  EXPECT_THAT(history({.state = State::submitted}), IsEmpty());
  EXPECT_THAT(history({.task_id = "t", .state = State::success}), ElementsAre(7, 1));
  EXPECT_THAT(history({.task_id = "u", .state = State::failed}), IsEmpty());
}

TEST_P(HistoryTest, ComesInPages) {
  for (int number = 0; number < 7; ++number) record("t");
  EXPECT_THAT(history({.limit = 3}), ElementsAre(13, 11, 9));
  EXPECT_THAT(history({.before_sequence = 9, .limit = 3}), ElementsAre(7, 5, 3));
  EXPECT_THAT(history({.before_sequence = 3, .limit = 3}), ElementsAre(1));
  EXPECT_THAT(history({.before_sequence = 1, .limit = 3}), IsEmpty());
  EXPECT_THAT(history({.before_sequence = -5}), IsEmpty());
  EXPECT_THAT(history({.task_id = "t", .state = State::success, .before_sequence = 4, .limit = 1}),
              ElementsAre(3));
}

TEST_P(HistoryTest, HoldsAHundredUnlessToldOtherwise) {
  for (int number = 0; number < 105; ++number) record("t");
  EXPECT_EQ(history({}).size(), 100U);
  EXPECT_EQ(history({.limit = 0}).size(), 105U);
  EXPECT_EQ(history({.limit = 104}).size(), 104U);
}

TEST_P(HistoryTest, FiltersByTheStateThatIsShown) {
  record("t", State::lost);  // 1, 2
  begin("t", "3");           // 3
  record("u", State::lost);  // 4, 5
  begin("u", "6");           // 6
  record("t", State::lost);  // 7, 8
  EXPECT_THAT(history({.state = State::lost}), ElementsAre(7, 4, 1));
  EXPECT_THAT(history({.state = State::running}), ElementsAre(6, 3));
  processes_.end(1);
  EXPECT_THAT(history({.state = State::lost}), ElementsAre(7, 6, 4, 3, 1));
  EXPECT_THAT(history({.state = State::lost, .limit = 2}), ElementsAre(7, 6));
  EXPECT_THAT(history({.state = State::lost, .before_sequence = 6, .limit = 2}), ElementsAre(4, 3));
  EXPECT_THAT(history({.task_id = "t", .state = State::lost}), ElementsAre(7, 3, 1));
  EXPECT_THAT(history({.state = State::running}), IsEmpty());
}

TEST_P(HistoryTest, SuccessesOnlyAreAskedForInOneWord) {
  record("t");                 // 1, 2
  record("t", State::failed);  // 3, 4
  record("u");                 // 5, 6
  record("t", State::lost);    // 7, 8
  EXPECT_THAT(history({.success_only = true}), ElementsAre(5, 1));
  EXPECT_THAT(history({.task_id = "t", .success_only = true}), ElementsAre(1));
  EXPECT_THAT(history({.limit = 1, .success_only = true}), ElementsAre(5));
  EXPECT_THAT(history({.state = State::success, .success_only = true}), ElementsAre(5, 1));
  EXPECT_THAT(history({.state = State::failed, .success_only = true}), IsEmpty());
  EXPECT_THAT(history({.state = State::lost, .success_only = true}), IsEmpty());
}

TEST_P(HistoryTest, IsFilteredByRun) {
  for (const char* const run : {"r1", "r2", "", "r1"})
    log_->record_task_execution({.task_id = "t", .run_id = run}, {});
  EXPECT_THAT(history({.run_id = "r1"}), ElementsAre(7, 1));
  EXPECT_THAT(history({.run_id = ""}), ElementsAre(5));
  EXPECT_THAT(history({.limit = 1, .run_id = "r2"}), ElementsAre(3));
  EXPECT_THAT(history({.task_id = "t", .state = State::success, .run_id = "r1"}),
              ElementsAre(7, 1));
  EXPECT_THAT(history({.run_id = "r"}), IsEmpty());
}

TEST_P(HistoryTest, IsFilteredByTheTimeOfTheStart) {
  const TimePoint first = log_->find_execution(record("t"))->started_at;
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  const TimePoint second = log_->find_execution(record("t", State::lost))->started_at;
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  const ExecutionHandle third = begin("u");
  processes_.end(1);
  EXPECT_THAT(history({.since = first}), ElementsAre(5, 3, 1));
  EXPECT_THAT(history({.since = second}), ElementsAre(5, 3));
  EXPECT_THAT(history({.since = second + std::chrono::microseconds(1)}), ElementsAre(5));
  EXPECT_THAT(history({.until = second}), ElementsAre(1));
  EXPECT_THAT(history({.since = second, .until = second + std::chrono::microseconds(1)}),
              ElementsAre(3));
  EXPECT_THAT(history({.since = second, .until = second}), IsEmpty());
  EXPECT_THAT(history({.state = State::lost, .since = second}), ElementsAre(5, 3));
  EXPECT_THAT(history({.state = State::lost, .until = find(third).started_at}), ElementsAre(3));
  EXPECT_THAT(history({.task_id = "t", .since = second}), ElementsAre(3));
  EXPECT_THAT(history({.task_id = "t", .state = State::success, .until = second}), ElementsAre(1));
}

TEST_P(HistoryTest, TheLatestIsTheNewestThatReallyRan) {
  const std::string ran = record("t", State::failed);
  record("t", State::skipped_up_to_date);
  record("t", State::upstream_failed);
  record("t", State::blocked);
  record("u", State::success);
  EXPECT_EQ(log_->find_latest_execution("t", false)->task_run_id, ran);
  EXPECT_FALSE(log_->find_latest_execution("t", true));
  for (const State state :
       {State::success, State::failed, State::timeout, State::cancelled, State::lost}) {
    const std::string next = record("t", state);
    EXPECT_EQ(log_->find_latest_execution("t", false)->task_run_id, next) << to_string(state);
  }
  const ExecutionHandle running = begin("t");
  EXPECT_EQ(log_->find_latest_execution("t", false)->task_run_id, running.task_run_id);
}

TEST_P(HistoryTest, ATaskThatOnlyWasNotRunHasNoLatest) {
  record("t", State::blocked);
  EXPECT_FALSE(log_->find_latest_execution("t", false));
}

TEST_P(HistoryTest, TheLatestSuccessIsTheOneThatEndedLast) {
  const ExecutionHandle early = begin("t", "1");
  const ExecutionHandle late = begin("t", "2");
  EXPECT_TRUE(finish(late));
  EXPECT_TRUE(finish(early));
  record("t", State::failed);
  EXPECT_EQ(log_->find_latest_execution("t", true)->task_run_id, early.task_run_id);
  EXPECT_EQ(log_->find_latest_execution("t", false)->state(), State::failed);
}

TEST_P(HistoryTest, FilesBelongToTheirExecution) {
  const std::string first =
      log_->record_task_execution({.task_id = "t"}, {.inputs = {{"a", 1, 1}}});
  const std::string second =
      log_->record_task_execution({.task_id = "t"}, {.outputs = {{"a", 2, 2}}});
  const std::vector<Execution> history = log_->get_task_execution_history({});
  ASSERT_EQ(history.size(), 2U);
  EXPECT_THAT(history[0].end.inputs, IsEmpty());
  EXPECT_THAT(history[0].end.outputs, ElementsAre(FileStamp{"a", 2, 2}));
  EXPECT_THAT(history[1].end.inputs, ElementsAre(FileStamp{"a", 1, 1}));
  EXPECT_EQ(log_->find_latest_execution("t", true)->end.outputs.size(), 1U);
  EXPECT_EQ(log_->find_execution(first)->end.inputs.size(), 1U);
}

}  // namespace
}  // namespace rota
