// SPDX-License-Identifier: Apache-2.0
// What only the log in memory promises; what all logs promise is in tests/conformance.
#include "os/forking_test.h"
#include <rota/execution_log.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

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

TEST(MemoryLog, AForkedChildHasOneOfItsOwnWhateverThreadsOfTheParentDo) {
  SKIP_WHERE_CHILDREN_CANNOT_ALLOCATE();
  const auto log = open_memory_log();
  log->record_task_execution({.task_id = "before"}, {});
  std::atomic<bool> stop = false;
  std::jthread writes([&] {
    while (!stop) log->record_task_execution({.task_id = "parent"}, {});
  });
  std::jthread waits([&] {
    while (!stop) log->watch(log->last_sequence(), 1, std::chrono::milliseconds(10));
  });
  for (int time = 0; time < 20; ++time) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(60);
      log->record_task_execution({.task_id = "child"}, {});
      const auto own = log->find_latest_execution("child", true);
      ::_exit(own && own->owner.pid == ::getpid() && log->find_latest_execution("before", true)
                  ? 0
                  : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  stop = true;
  EXPECT_FALSE(log->find_latest_execution("child", false));
}

}  // namespace
}  // namespace rota
