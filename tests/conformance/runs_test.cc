// SPDX-License-Identifier: Apache-2.0
// Runs and their plans: kept once, found again, and removed when nothing is left of them.
#include "execution_log/execution_rules.h"
#include "logs_under_test.h"
#include <rota/error.h>

#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace rota {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class RunsTest : public ConformanceTest {
 protected:
  void begin_run(const std::string& run_id, const std::string& plan = "plan",
                 const std::string& resumes = {}) {
    log_->begin_run({run_id, plan_hash_of(plan), resumes}, plan);
  }
  std::vector<std::string> runs(std::size_t limit = 0) {
    std::vector<std::string> ids;
    for (const RecordedRun& run : log_->get_run_history(limit)) ids.push_back(run.start.run_id);
    return ids;
  }
};

TEST_P(RunsTest, ARunIsFoundWithAllThatItSaid) {
  processes_.set_clock(TimePoint(17s));
  record("t_a");
  begin_run("run-1", "what is planned", "run-0");
  const RecordedRun run = log_->find_run("run-1").value();
  EXPECT_EQ(run.start.plan_hash, plan_hash_of("what is planned"));
  EXPECT_EQ(run.start.resumes, "run-0");
  EXPECT_EQ(run.after_sequence, 2);
  EXPECT_EQ(run.started_at, TimePoint(17s));
  EXPECT_FALSE(run.finished_at);
  EXPECT_EQ(run.owner, (Owner{"mill", "boot", 1, 17}));
  EXPECT_EQ(log_->find_plan(run.start.plan_hash), "what is planned");
  EXPECT_FALSE(log_->find_run("run-2"));
  EXPECT_FALSE(log_->find_plan("sha256:00"));
}

TEST_P(RunsTest, ARunNeverEndsBeforeItBegan) {
  processes_.set_clock(TimePoint(17s));
  begin_run("run-1");
  processes_.set_clock(TimePoint(16s));
  EXPECT_TRUE(log_->finish_run("run-1"));
  EXPECT_EQ(log_->find_run("run-1")->finished_at, TimePoint(17s));
}

TEST_P(RunsTest, ARunEndsOnce) {
  processes_.set_clock(TimePoint(10s));
  begin_run("run-1");
  processes_.set_clock(TimePoint(20s));
  EXPECT_TRUE(log_->finish_run("run-1"));
  processes_.set_clock(TimePoint(21s));
  EXPECT_FALSE(log_->finish_run("run-1"));
  EXPECT_EQ(log_->find_run("run-1")->finished_at, TimePoint(20s));
  EXPECT_FALSE(log_->finish_run("run-2"));
}

TEST_P(RunsTest, AreGivenNewestFirst) {
  EXPECT_THAT(runs(), ElementsAre());
  for (const char* id : {"run-1", "run-3", "run-2"}) begin_run(id);
  EXPECT_THAT(runs(), ElementsAre("run-2", "run-3", "run-1"));
  EXPECT_THAT(runs(2), ElementsAre("run-2", "run-3"));
}

TEST_P(RunsTest, TakeNoNumberOfTheSequence) {
  begin_run("run-1");
  log_->finish_run("run-1");
  EXPECT_EQ(log_->last_sequence(), 0);
}

TEST_P(RunsTest, WhatNoLogMayHoldIsRefusedAndLeavesNothing) {
  begin_run("run-1");
  EXPECT_THROW(begin_run("run-1", "another plan"), LogError);
  EXPECT_FALSE(log_->find_plan(plan_hash_of("another plan")));
  EXPECT_THROW(begin_run(""), LogError);
  EXPECT_THROW(log_->begin_run({"run-2", plan_hash_of("plan")}, "not that plan"), LogError);
  EXPECT_THAT(runs(), ElementsAre("run-1"));
}

TEST_P(RunsTest, ACleanupRemovesRunsOfWhichNothingIsLeftAndTheirPlans) {
  const auto run_one = [&](const std::string& run_id, const std::string& task_id) {
    begin_run(run_id, "plan of " + run_id);
    const std::string execution = log_->record_task_execution(
        {.task_id = task_id, .run_id = run_id}, {.state = ExecutionState::failed});
    log_->finish_run(run_id);
    return execution;
  };
  const std::string old = run_one("run-1", "t_a");
  run_one("run-2", "t_a");
  begin_run("run-3", "plan of run-3");  // its runner may live
  begin_run("run-4", "plan of run-4");
  log_->finish_run("run-4");
  log_->cleanup_old_executions({.task_run_ids = {old}, .dry_run = true});
  EXPECT_EQ(runs().size(), 4U);
  log_->cleanup_old_executions({.task_run_ids = {old}});
  EXPECT_THAT(runs(), ElementsAre("run-4", "run-3", "run-2"));
  EXPECT_FALSE(log_->find_plan(plan_hash_of("plan of run-1")));
  EXPECT_TRUE(log_->find_plan(plan_hash_of("plan of run-2")));
}

TEST_P(RunsTest, AnImportThatReplacesRemovesThem) {
  begin_run("run-1");
  log_->import_executions(ImportMode::replace, [](const AddExecution&) {});
  EXPECT_THAT(runs(), ElementsAre());
  EXPECT_FALSE(log_->find_plan(plan_hash_of("plan")));
}

ROTA_TEST_ON_ALL_LOGS(RunsTest);

}  // namespace
}  // namespace rota
