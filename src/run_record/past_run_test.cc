// SPDX-License-Identifier: Apache-2.0
#include "run_record/past_run.h"

#include "graph/test_tasks.h"
#include "run_record/critical_path.h"
#include "run_record/lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using std::chrono::microseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing_tasks::make_task;

// One that ran from a second to another; the log numbers its start and its end so.
RecordedExecution ran(const std::string& task_id, int from, int to,
                      ExecutionState state = ExecutionState::success) {
  RecordedExecution recorded;
  recorded.execution.start.task_id = task_id;
  recorded.execution.end.state = state;
  recorded.execution.started_at = TimePoint(std::chrono::seconds(from));
  recorded.execution.finished_at = TimePoint(std::chrono::seconds(to));
  recorded.execution.started_sequence = 10 * from + 1;
  recorded.execution.finished_sequence = 10 * to;
  return recorded;
}

std::vector<std::string> critical(std::vector<RecordedExecution> executions, const Graph& graph) {
  mark_critical_path(executions, graph);
  std::vector<std::string> ids;
  for (const RecordedExecution& recorded : executions) {
    if (recorded.is_on_critical_path) ids.push_back(recorded.execution.start.task_id);
  }
  return ids;
}

Graph diamond() {
  return Graph({make_task("a"), make_task("b", {"a"}), make_task("c", {"a"}),
                make_task("d", {"b", "c"}), make_task("alone")});
}

TEST(CriticalPath, GoesThroughWhatEndedLast) {
  EXPECT_THAT(
      critical({ran("a", 0, 1), ran("alone", 0, 3), ran("b", 1, 2), ran("c", 1, 5), ran("d", 5, 6)},
               diamond()),
      ElementsAre("a", "c", "d"));
}

TEST(CriticalPath, BeginsWhereNothingOfTheRunWasNeeded) {
  EXPECT_THAT(critical({ran("b", 0, 2), ran("d", 2, 3)}, diamond()), ElementsAre("b", "d"));
  EXPECT_THAT(critical({ran("a", 0, 1), ran("alone", 0, 9)}, diamond()), ElementsAre("alone"));
  EXPECT_THAT(critical({ran("gone", 0, 9)}, diamond()), ElementsAre("gone"));
  EXPECT_THAT(critical({}, diamond()), IsEmpty());
}

TEST(CriticalPath, TakesNothingThatNeverBeganAndNothingThatEndedTooLate) {
  // b was tried again while d ran: that attempt kept nobody waiting.
  EXPECT_THAT(
      critical({ran("b", 0, 1), ran("d", 1, 9), ran("b", 2, 4, ExecutionState::failed)}, diamond()),
      ElementsAre("d"));
  EXPECT_THAT(critical({ran("c", 0, 1, ExecutionState::failed),
                        ran("d", 1, 1, ExecutionState::upstream_failed)},
                       diamond()),
              ElementsAre("c"));
}

TEST(Lanes, AreAsManyAsRanAtTheSameTime) {
  std::vector<RecordedExecution> executions = {ran("a", 0, 2), ran("b", 1, 3), ran("c", 2, 4),
                                               ran("d", 5, 6),
                                               ran("e", 5, 5, ExecutionState::upstream_failed)};
  EXPECT_EQ(assign_lanes(executions), 2U);
  EXPECT_EQ(executions[0].lane, 0U);
  EXPECT_EQ(executions[1].lane, 1U);
  EXPECT_EQ(executions[2].lane, 0U);
  EXPECT_EQ(executions[3].lane, 0U);
}

TEST(Lanes, AreThoseOfTheWorkersWhereTheLogNamesThem) {
  std::vector<RecordedExecution> executions = {ran("a", 0, 2), ran("b", 3, 4), ran("c", 3, 4),
                                               ran("d", 5, 6)};
  executions[0].execution.start.worker = 3;
  executions[1].execution.start.worker = 1;
  executions[3].execution.start.worker = 2'000'000'000;
  EXPECT_EQ(assign_lanes(executions), 4U);
  EXPECT_EQ(executions[0].lane, 2U);
  EXPECT_EQ(executions[1].lane, 0U);
  EXPECT_EQ(executions[2].lane, 3U);
  EXPECT_EQ(executions[3].lane, 3U);
}

TEST(Lanes, OfWhatStillRunsAreTaken) {
  std::vector<RecordedExecution> executions = {ran("a", 0, 2), ran("b", 3, 4)};
  executions[0].execution.finished_at.reset();
  EXPECT_EQ(assign_lanes(executions), 2U);
}

TEST(Lanes, HoldNoTwoExecutionsAtOnceWhateverTheTimes) {
  unsigned random = 1;
  const auto next = [&random](unsigned below) {
    random = random * 1'664'525U + 1'013'904'223U;
    return static_cast<int>((random >> 16) % below);
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<RecordedExecution> executions;
    for (int at = 0; at < 30; ++at) {
      const int from = next(40);
      executions.push_back(ran("t", from, from + next(10)));
    }
    assign_lanes(executions);
    for (const RecordedExecution& one : executions) {
      for (const RecordedExecution& other : executions) {
        if (&one == &other || one.lane != other.lane) continue;
        EXPECT_TRUE(*one.execution.finished_at <= other.execution.started_at ||
                    *other.execution.finished_at <= one.execution.started_at)
            << round;
      }
    }
  }
}

TEST(Median, IsTheMiddleOrBetweenTheTwoMiddleOnes) {
  EXPECT_EQ(median_of({}), std::nullopt);
  EXPECT_EQ(median_of({microseconds(7)}), microseconds(7));
  EXPECT_EQ(median_of({microseconds(9), microseconds(1), microseconds(5)}), microseconds(5));
  EXPECT_EQ(median_of({microseconds(9), microseconds(1), microseconds(5), microseconds(3)}),
            microseconds(4));
}

TEST(PastRun, IsOfOneRunByTheStartsOfItsExecutions) {
  const auto log = open_memory_log();
  const auto record = [&](const std::string& task_id, const std::string& run_id,
                          ExecutionState state) {
    log->record_task_execution({.task_id = task_id, .run_id = run_id}, {.state = state});
  };
  record("a", "first", ExecutionState::success);
  record("a", "first-2", ExecutionState::success);
  record("b", "first", ExecutionState::failed);
  record("alone", "", ExecutionState::success);
  log->begin_execution({.task_id = "c", .run_id = "last"});

  const PastRun first = read_past_run(*log, "first");
  ASSERT_EQ(first.executions.size(), 2U);
  EXPECT_EQ(first.executions[0].execution.start.task_id, "a");
  EXPECT_EQ(first.executions[1].execution.start.task_id, "b");
  EXPECT_EQ(first.count(ExecutionState::failed), 1U);
  EXPECT_FALSE(first.is_active);
  EXPECT_TRUE(read_past_run(*log, "last").is_active);
  EXPECT_TRUE(read_past_run(*log, "none").executions.empty());
  EXPECT_EQ(find_newest_run(*log), "last");
  EXPECT_THAT(find_run_ids(*log, "fi", 10), ElementsAre("first", "first-2"));
  EXPECT_THAT(find_run_ids(*log, "fi", 1), ElementsAre("first"));
  EXPECT_EQ(find_newest_run(*open_memory_log()), std::nullopt);
}

TEST(PastRun, ComparesWithSuccessesBeforeItOnly) {
  const auto log = open_memory_log();
  const auto record = [&](ExecutionState state, const std::string& run_id) {
    log->record_task_execution({.task_id = "a", .run_id = run_id}, {.state = state});
  };
  record(ExecutionState::success, "1");
  record(ExecutionState::failed, "2");
  record(ExecutionState::success, "3");
  record(ExecutionState::success, "4");
  EXPECT_EQ(read_past_run(*log, "3").executions[0].earlier.size(), 1U);
  EXPECT_EQ(read_past_run(*log, "4").executions[0].earlier.size(), 2U);
}

}  // namespace
}  // namespace rota
