// SPDX-License-Identifier: Apache-2.0
// Drives a plan through an executor and writes the log. Decides nothing that the plan has decided.
#pragma once

#include <rota/execution_log.h>
#include <rota/export.h>
#include <rota/plan.h>
#include <rota/task_registry.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// What became of one task of a plan.
struct TaskOutcome {
  TaskIndex task = 0;
  ExecutionState state =
      ExecutionState::submitted;  // submitted: the run ended before its turn came
  std::string task_run_id = {};
  std::string message = {};  // what went wrong, or what it waited for
  std::chrono::microseconds duration{0};
};

struct ROTA_EXPORT RunSummary {
  std::string run_id = {};
  std::vector<TaskOutcome> outcomes = {};  // one for each step of the plan, in its order
  std::chrono::microseconds duration{0};
  bool log_failed = false;       // an execution could not be recorded; the run was ended
  bool already_running = false;  // a task was running elsewhere
  bool interrupted = false;      // the run was asked to stop before all was done

  std::size_t count(ExecutionState state) const noexcept;
  // Every task succeeded or was up to date, and the log holds it.
  bool succeeded() const noexcept;
};

// Told what happens, from the threads of the executor, one call at a time. What it throws ends the run, and
// leaves run(), when the tasks that are under way have ended.
class ROTA_EXPORT RunObserver {
 public:
  virtual ~RunObserver();
  virtual void run_started(const Plan& plan, std::string_view run_id);
  virtual void task_started(const PlanStep& step);
  virtual void task_finished(const PlanStep& step, const TaskOutcome& outcome);
  // A message of the task's logger.
  virtual void task_logged(const PlanStep& step, LogLevel level, std::string_view message);
};

struct RunOptions {
  std::string executor = "inline";  // the threads of this process; the only one so far
  std::size_t jobs = 0;             // tasks at the same time; 0: one for each processor
  RunObserver* observer = nullptr;  // borrowed for the call
  std::stop_token stop = {};        // no task starts any more; those that run are waited for
  std::stop_token cancel = {};      // those that run are asked to end as well
  std::filesystem::path project_root = {};  // for the tasks; empty: the project of the process
};

// Runs what the plan says, each task after all that it needs. A task that fails keeps what depends on it
// from running and nothing else. Gives the summary, also when tasks failed. Throws PlanError for an executor
// that is not there, TaskRegistryError when a class of the plan is not registered, LogError when the log cannot
// take the run before its first task begins; what the observer throws.
ROTA_EXPORT RunSummary run(const Plan& plan, const TaskRegistry& registry, ExecutionLog& log,
                           const RunOptions& options = {});

}  // namespace rota::inline v1
