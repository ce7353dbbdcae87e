// SPDX-License-Identifier: Apache-2.0
#include "run_record/task_standing.h"

#include "graph/test_tasks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using testing_tasks::make_task;

Graph three_tasks() { return Graph({make_task("a"), make_task("b", {"a"}), make_task("c")}); }

void record(ExecutionLog& log, const std::string& task_id, ExecutionState state) {
  log.record_task_execution({.task_id = task_id, .version = "1.0.0"}, {.state = state});
}

TEST(TaskStanding, TellsWhatHoldsWhatDoesNotAndWhatNeverRan) {
  const auto log = open_memory_log();
  record(*log, "b", ExecutionState::success);
  record(*log, "a", ExecutionState::success);
  const auto standings = standings_of(make_plan(three_tasks(), *log), *log);
  EXPECT_EQ(standings[0].condition, TaskCondition::up_to_date);
  EXPECT_EQ(standings[1].condition, TaskCondition::stale);
  EXPECT_EQ(standings[1].reason, "dependency a ran later");
  EXPECT_EQ(standings[2].condition, TaskCondition::never_ran);
  EXPECT_EQ(standings[0].words(), "up to date");
  EXPECT_EQ(standings[1].words(), "stale");
  EXPECT_EQ(standings[2].words(), "never ran");
}

TEST(TaskStanding, OfWhatRunsOrFailedIsItsState) {
  const auto log = open_memory_log();
  record(*log, "a", ExecutionState::timeout);
  log->begin_execution({.task_id = "b"});
  const auto standings = standings_of(make_plan(three_tasks(), *log), *log);
  EXPECT_EQ(standings[0].condition, TaskCondition::failed);
  EXPECT_EQ(standings[0].words(), "timeout");
  EXPECT_EQ(standings[1].condition, TaskCondition::running);
  EXPECT_EQ(standings[1].words(), "running");
}

TEST(TaskStanding, WithoutAPlanDoesNotSayWhetherASuccessHolds) {
  const auto log = open_memory_log();
  record(*log, "a", ExecutionState::success);
  const auto standings = standings_of(three_tasks(), *log);
  EXPECT_EQ(standings[0].condition, TaskCondition::succeeded);
  EXPECT_EQ(standings[0].words(), "success");
  EXPECT_EQ(standings[0].reason, "");
}

TEST(TaskStanding, OfEachStateIsKnown) {
  for (const auto& [state, condition] :
       {std::pair{ExecutionState::submitted, TaskCondition::running},
        {ExecutionState::running, TaskCondition::running},
        {ExecutionState::success, TaskCondition::up_to_date},
        {ExecutionState::failed, TaskCondition::failed},
        {ExecutionState::timeout, TaskCondition::failed},
        {ExecutionState::cancelled, TaskCondition::failed},
        {ExecutionState::lost, TaskCondition::failed},
        {ExecutionState::skipped_up_to_date, TaskCondition::up_to_date},
        {ExecutionState::upstream_failed, TaskCondition::not_reached},
        {ExecutionState::blocked, TaskCondition::not_reached}})
    EXPECT_EQ(condition_of(state, true), condition) << to_string(state);
}

}  // namespace
}  // namespace rota
