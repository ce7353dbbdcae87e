// SPDX-License-Identifier: Apache-2.0
#include <rota/execution_log.h>

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(NullLog, LetsEveryExecutionBeginAndEndAndKeepsNoneOfThem) {
  const auto log = open_null_log();
  const ExecutionHandle first = log->begin_execution({.task_id = "t"});
  const ExecutionHandle second = log->begin_execution({.task_id = "t"});
  EXPECT_NE(first.task_run_id, second.task_run_id);
  EXPECT_TRUE(log->finish_execution(first, {}));
  EXPECT_FALSE(log->record_task_execution({.task_id = "t"}, {}).empty());
  EXPECT_EQ(log->find_latest_execution("t", false), std::nullopt);
  EXPECT_EQ(log->find_execution(first.task_run_id), std::nullopt);
  EXPECT_TRUE(log->get_task_execution_history({}).empty());
  EXPECT_EQ(log->last_sequence(), 0);
  EXPECT_TRUE(log->changes_since(0, 0).empty());
  EXPECT_TRUE(log->watch(0, 0, std::chrono::milliseconds(1)).empty());
  log->read_snapshot([](const LogSnapshot& snapshot) {
    snapshot.for_each_execution({}, [](const Execution&) {
      ADD_FAILURE() << "an execution was kept";
      return true;
    });
  });
  EXPECT_EQ(log->cleanup_old_executions({.task_run_ids = {"x"}}).unknown,
            std::vector<std::string>{"x"});
  EXPECT_EQ(log->location(), "null");
}

TEST(NullLog, RefusesWhatEveryLogRefuses) {
  const auto log = open_null_log();
  const ExecutionHandle handle = log->begin_execution({.task_id = "t"});
  EXPECT_THROW(log->finish_execution(handle, {.state = ExecutionState::running}), LogError);
  EXPECT_THROW(log->record_task_execution({.task_id = "t"}, {.state = ExecutionState::running}),
               LogError);
  EXPECT_THROW(log->track_files(handle.task_run_id, FileDirection::input, {}), LogError);
  EXPECT_THROW(log->import_executions(ImportMode::merge, [](const AddExecution&) {}), LogError);
}

TEST(NullLog, KeepsNoRunAndNoPlan) {
  const auto log = open_null_log();
  EXPECT_FALSE(log->keeps_runs());
  EXPECT_THROW(log->begin_run({.run_id = "run-1", .plan_hash = "sha256:00"}, "plan"), LogError);
  EXPECT_TRUE(log->get_run_history(0).empty());
  EXPECT_EQ(log->find_run("run-1"), std::nullopt);
  EXPECT_EQ(log->find_plan("sha256:00"), std::nullopt);
  const std::string_view ids[] = {"t"};
  log->find_latest_executions(ids, [](std::size_t, const PastExecution&) { FAIL(); });
}

}  // namespace
}  // namespace rota
