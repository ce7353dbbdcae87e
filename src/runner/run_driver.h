// SPDX-License-Identifier: Apache-2.0
// One run of a plan under way: which task waits for what, and what became of each. Knows the executor only
// as something that jobs are handed to.
#pragma once

#include "executor/executor.h"
#include <rota/runner.h>

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

namespace rota::inline v1 {

class RunDriver {
 public:
  RunDriver(const Plan& plan, const TaskRegistry& registry, ExecutionLog& log,
            const RunOptions& options, RunSummary& summary);

  // Hands over tasks as they become ready; comes back when nothing is under way and nothing can begin.
  void drive(Executor& executor);

 private:
  // All of these with the mutex held.
  bool may_begin() const;
  void submit(TaskIndex task);
  void settle(TaskIndex task, TaskOutcome outcome);
  void release_dependents(TaskIndex task);
  void fail_dependents(TaskIndex task);
  void tell(const std::function<void(RunObserver&)>& what);

  // On a thread of the executor, without the mutex.
  void run_task(TaskIndex task);
  TaskOutcome execute(const PlanStep& step);
  TaskOutcome execute(const PlanStep& step, BaseTask& task);
  TaskOutcome record_unmade(const PlanStep& step, const std::string& message);
  void note_trouble(const BaseTask& task);
  ExecutionStart describe_start(const PlanStep& step) const;

  const Plan& plan_;
  const TaskRegistry& registry_;
  ExecutionLog& log_;
  const RunOptions& options_;

  std::mutex mutex_;
  std::condition_variable all_quiet_;
  Executor* executor_ = nullptr;
  RunSummary& summary_;
  std::vector<std::size_t>
      waiting_for_;            // by task: how many of its dependencies have yet to succeed
  std::size_t under_way_ = 0;  // submitted and not settled
  std::exception_ptr observer_error_;
};

}  // namespace rota::inline v1
