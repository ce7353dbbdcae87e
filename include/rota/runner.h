// SPDX-License-Identifier: Apache-2.0
// Drives a plan through an executor and writes the log. Decides nothing that the plan has decided.
#pragma once

#include <rota/execution_log.h>
#include <rota/export.h>
#include <rota/plan.h>
#include <rota/policy.h>
#include <rota/task_registry.h>
#include <rota/worker.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
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
  std::string message = {};               // what went wrong, or what it waited for
  std::chrono::microseconds duration{0};  // of its last attempt
  std::uint32_t attempts = 0;             // how often it was begun
  std::size_t worker = 0;                 // where its last attempt ran, from 1; 0: nowhere
  std::string output_path = {};           // the file of what its last attempt printed
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

// Told what happens, from the thread that called run(), one call at a time. What it throws ends the run, and
// leaves run(), when the tasks that are under way have ended.
class ROTA_EXPORT RunObserver {
 public:
  virtual ~RunObserver();
  virtual void run_started(const Plan& plan, std::string_view run_id);
  virtual void task_started(const PlanStep& step);
  // An attempt failed, and the task is tried again after the delay.
  virtual void task_retried(const PlanStep& step, const TaskOutcome& attempt,
                            std::chrono::milliseconds delay);
  virtual void task_finished(const PlanStep& step, const TaskOutcome& outcome);
  // A message of the task's logger.
  virtual void task_logged(const PlanStep& step, LogLevel level, std::string_view message);
};

struct RunOptions {
  // "inline": threads of this process, for small tasks in C++ and hosts. "process": processes that nothing of this
  // one depends on, for tasks of plugins and those that the program of the workers declares itself.
  std::string executor = "inline";
  std::size_t jobs = 0;             // tasks at the same time; 0: one for each processor
  RunObserver* observer = nullptr;  // borrowed for the call
  std::stop_token stop = {};        // no task starts any more; those that run are waited for
  std::stop_token cancel = {};      // those that run are asked to end as well: SIGTERM to processes
  std::stop_token kill = {};        // those that run in processes are killed
  std::filesystem::path project_root = {};  // for the tasks; empty: the project of the process

  bool stop_at_failure = false;  // after the first failure nothing more starts
  // How many may hold a place in a pool at a time, by its name.
  std::map<std::string, std::size_t> pools = {};
  // How a task is run; empty: as its class says (TaskMetadata::policy). Called once for each that will run.
  std::function<TaskPolicy(const TaskMetadata&)> policy = {};
  bool force_restart = false;  // checkpoints of earlier attempts do not count

  // For the executor "process". Empty: python_worker_command() where a task that will run is written in Python, else
  // this program, which must then have called run_as_worker().
  WorkerCommand worker = {};
  std::uint64_t max_output_bytes =
      std::uint64_t{16} * 1024 * 1024;    // kept of what an execution prints
  std::chrono::milliseconds grace{5000};  // from being asked to end for a timeout to being killed
};

// Runs what the plan says, each task after all that it needs. A task that fails keeps what depends on it
// from running and nothing else. Gives the summary, also when tasks failed. Throws PlanError for an executor or a
// pool that is not there, for tasks in Python where there is no Python or the executor is "inline", TaskRegistryError when a class of the plan is not registered, Error when the executor
// cannot be started or what a killed runner left cannot be ended, LogError when the log cannot take the run before
// its first task begins; what the observer throws.
//
// Of several tasks that are ready, the one with the highest priority begins first; of those with the same, the one
// with the longest way to the end of the plan, by how long tasks took before.
ROTA_EXPORT RunSummary run(const Plan& plan, const TaskRegistry& registry, ExecutionLog& log,
                           const RunOptions& options = {});

}  // namespace rota::inline v1
