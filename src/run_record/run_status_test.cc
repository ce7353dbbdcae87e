// SPDX-License-Identifier: Apache-2.0
#include "run_record/run_status.h"

#include "graph/test_tasks.h"
#include "os/sha256.h"
#include "run_record/past_run.h"
#include <rota/plan.h>

#include <gtest/gtest.h>

namespace rota {
namespace {

using testing_tasks::make_task;

Plan five_tasks(const ExecutionLog& log) {
  return make_plan(Graph({make_task("a"), make_task("b"), make_task("c"), make_task("d", {"c"}),
                          make_task("e")}),
                   log);
}

void record(ExecutionLog& log, const std::string& task_id, const std::string& run_id,
            ExecutionState state) {
  log.record_task_execution({.task_id = task_id, .version = "1.0.0", .run_id = run_id},
                            {.state = state});
}

TEST(RunStatus, OfALogWithoutRunsIsOfNone) {
  const auto log = open_memory_log();
  record(*log, "a", "", ExecutionState::success);
  EXPECT_EQ(read_run_status(*log).run_id, "");
}

TEST(RunStatus, TellsWhatRunsWhatEndedAndWhatWaits) {
  const auto log = open_memory_log();
  begin_run(*log, five_tasks(*log), "run");
  record(*log, "a", "run", ExecutionState::success);
  record(*log, "c", "run", ExecutionState::failed);
  record(*log, "d", "run", ExecutionState::upstream_failed);
  log->begin_execution({.task_id = "b", .run_id = "run"});
  record(*log, "a", "later", ExecutionState::success);
  const RunStatus status = read_run_status(*log);
  EXPECT_EQ(status.run_id, "run");
  EXPECT_TRUE(status.is_active());
  EXPECT_EQ(status.ended, std::nullopt);
  ASSERT_EQ(status.running.size(), 1U);
  EXPECT_EQ(status.running[0].start.task_id, "b");
  ASSERT_EQ(status.unsuccessful.size(), 1U);
  EXPECT_EQ(status.unsuccessful[0].start.task_id, "c");
  EXPECT_EQ(status.succeeded, 1U);
  EXPECT_EQ(status.not_reached, 1U);
  EXPECT_EQ(status.waiting, 1U);  // e
}

TEST(RunStatus, StartsThatWereWrittenAheadWaitForTheWorkersThatAreThere) {
  const auto log = open_memory_log();
  begin_run(*log, five_tasks(*log), "run");
  log->record_task_execution({.task_id = "a", .run_id = "run", .worker = 2}, {});
  log->begin_execution({.task_id = "b", .run_id = "run"});
  log->begin_execution({.task_id = "c", .run_id = "run", .worker = 1});
  log->begin_execution({.task_id = "e", .run_id = "run"});
  const RunStatus status = read_run_status(*log);
  ASSERT_EQ(status.running.size(), 2U);
  EXPECT_EQ(status.running[0].start.task_id, "b");
  EXPECT_EQ(status.running[1].start.task_id, "c");
  EXPECT_EQ(status.waiting, 2U);  // d and e
}

TEST(RunStatus, WhatIsLeftIsEstimatedByWhatTasksTookBefore) {
  using std::chrono::seconds;
  const auto log = open_memory_log();
  for (const char* task_id : {"a", "b", "c", "d"})
    log->record_task_execution({.task_id = task_id}, {.duration = seconds(10)});
  begin_run(*log, make_plan(five_tasks(*log).graph, *log, {.force = true}), "run");
  record(*log, "a", "run", ExecutionState::success);
  log->begin_execution({.task_id = "b", .run_id = "run"});
  const RunStatus status = read_run_status(*log);
  const TimePoint began = status.running.at(0).started_at;
  // b, c, d, and e as a typical one.
  EXPECT_EQ(estimate_time_left(*log, status, began), seconds(40));
  EXPECT_EQ(estimate_time_left(*log, status, began + seconds(4)), seconds(36));
  EXPECT_EQ(estimate_time_left(*log, status, began - seconds(4)), seconds(40));
  log->finish_run("run");
  EXPECT_EQ(estimate_time_left(*log, read_run_status(*log), began), std::nullopt);
}

TEST(RunStatus, ARunThatHadNothingToDoOrWasRefusedIsNotTheLast) {
  const auto log = open_memory_log();
  begin_run(*log, five_tasks(*log), "run");
  record(*log, "a", "run", ExecutionState::failed);
  log->finish_run("run");
  begin_run(*log, five_tasks(*log), "refused");
  log->finish_run("refused");
  EXPECT_EQ(read_run_status(*log).run_id, "run");
  EXPECT_EQ(find_last_recorded_run(*log)->start.run_id, "run");
  begin_run(*log, five_tasks(*log), "goes on");
  EXPECT_EQ(read_run_status(*log).run_id, "goes on");
}

TEST(RunStatus, WhatWaitsInARunWhosePlanIsNotThereIsNotKnown) {
  const auto log = open_memory_log();
  log->begin_execution({.task_id = "b", .run_id = "imported"});
  const RunStatus status = read_run_status(*log);
  EXPECT_TRUE(status.is_active());
  EXPECT_EQ(status.waiting, std::nullopt);
}

TEST(RunStatus, WhereNothingRunsIsOfTheNewestRun) {
  const auto log = open_memory_log();
  record(*log, "a", "first", ExecutionState::success);
  record(*log, "a", "second", ExecutionState::success);
  const RunStatus status = read_run_status(*log);
  EXPECT_EQ(status.run_id, "second");
  EXPECT_FALSE(status.is_active());
  EXPECT_NE(status.ended, std::nullopt);
  EXPECT_EQ(status.waiting, std::nullopt);
}

TEST(RunStatus, OfARunThatHasBegunNothingYetOrWaitsForARetryIsUnderWay) {
  const auto log = open_memory_log();
  record(*log, "a", "earlier", ExecutionState::success);
  begin_run(*log, five_tasks(*log), "run");
  EXPECT_EQ(read_run_status(*log).run_id, "run");
  EXPECT_TRUE(read_run_status(*log).is_active());
  EXPECT_EQ(read_run_status(*log).waiting, 4U);
  record(*log, "c", "run", ExecutionState::failed);
  EXPECT_TRUE(read_run_status(*log).is_active());
  EXPECT_TRUE(log->finish_run("run"));
  const RunStatus status = read_run_status(*log);
  EXPECT_FALSE(status.is_active());
  EXPECT_FALSE(status.was_killed);
  EXPECT_EQ(status.waiting, 3U);
}

TEST(RunStatus, CountsTheLastAttemptOfATask) {
  const auto log = open_memory_log();
  record(*log, "a", "run", ExecutionState::failed);
  record(*log, "a", "run", ExecutionState::success);
  const RunStatus status = read_run_status(*log);
  EXPECT_EQ(status.succeeded, 1U);
  EXPECT_TRUE(status.unsuccessful.empty());
}

TEST(RunStatus, OfAPlanThatCannotBeReadTellsAllButWhatWaits) {
  const auto log = open_memory_log();
  const std::string text = "no plan";
  log->begin_run({.run_id = "run", .plan_hash = "sha256:" + to_hex(sha256_of(text))}, text);
  record(*log, "a", "run", ExecutionState::failed);
  const RunStatus status = read_run_status(*log);
  EXPECT_EQ(status.unsuccessful.size(), 1U);
  EXPECT_EQ(status.waiting, std::nullopt);
}

}  // namespace
}  // namespace rota
