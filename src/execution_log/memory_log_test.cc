// SPDX-License-Identifier: Apache-2.0
// What only the log in memory promises; what all logs promise is in tests/conformance.
#include <rota/execution_log.h>

#include <unistd.h>

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(MemoryLog, TwoLogsShareNothing) {
  const auto first = open_memory_log();
  const auto second = open_memory_log();
  first->record_task_execution({.task_id = "t"}, {});
  EXPECT_EQ(second->get_task_execution_history({}).size(), 0U);
  EXPECT_EQ(first->location(), "memory");
}

TEST(MemoryLog, ThisProcessOwnsWhatItBegins) {
  const auto log = open_memory_log();
  const ExecutionHandle handle = log->begin_execution({.task_id = "t"});
  EXPECT_EQ(log->find_execution(handle.task_run_id)->owner.pid, ::getpid());
  EXPECT_EQ(log->mark_lost_executions(), 0U);
}

}  // namespace
}  // namespace rota
