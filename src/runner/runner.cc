// SPDX-License-Identifier: Apache-2.0
#include "executor/inline_executor.h"
#include "executor/process_executor.h"
#include "executor/run_as_worker.h"
#include "os/uuid.h"
#include "runner/run_driver.h"
#include <rota/project.h>
#include <rota/python_source.h>
#include <rota/runner.h>

#include <algorithm>
#include <system_error>
#include <thread>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

void require_classes(const Plan& plan, const TaskRegistry& registry) {
  for (const PlanStep& step : plan.steps) {
    const std::string& task_id = plan.graph.task_id(step.task);
    if (!step.will_run() || registry.get_task_class(task_id) != nullptr) continue;
    throw TaskRegistryError(fmt::format(
        "task {} of the plan is not registered; make the plan from the registry that runs it",
        task_id));
  }
}

std::size_t count_jobs(const RunOptions& options) {
  return options.jobs > 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
}

// The command or a host, found also where its file was moved since it began.
constexpr const char* kThisProgram = "/proc/self/exe";

WorkerProgram worker_program(const RunOptions& options, bool needs_python) {
  if (!options.worker.program.empty()) return {options.worker.program, options.worker.words};
  if (needs_python) {
    WorkerCommand command = python_worker_command();
    return {std::move(command.program), std::move(command.words)};
  }
  if (can_run_as_worker()) return {kThisProgram};
  throw PlanError(
      "the executor process needs a program for its workers: call rota::run_as_worker(argc, argv) "
      "first in main(), or name the command `rota` in RunOptions::worker");
}

// A task of the plan that will run, and of which `holds` is true; else null.
const TaskClass* find_to_run(const Plan& plan, bool (*holds)(const TaskClass&)) {
  for (const PlanStep& step : plan.steps) {
    const TaskClass& task_class = *plan.graph.task_class(step.task);
    if (step.will_run() && holds(task_class)) return &task_class;
  }
  return nullptr;
}

void require_no_source(const Plan& plan) {
  const TaskClass* found = find_to_run(plan, is_known_by_source_alone);
  if (found == nullptr) return;
  throw PlanError(
      fmt::format("task {} is written in Python ({}), and the executor inline runs in this "
                  "process, which is none of Python; run it with the executor process",
                  found->task_id(), found->location()));
}

std::unique_ptr<Executor> make_executor(const RunOptions& options, const Plan& plan) {
  const std::size_t tasks = plan.count_to_run();
  const std::size_t jobs = count_jobs(options);
  const std::size_t slots = std::min(jobs, tasks);
  if (options.executor == "inline") {
    require_no_source(plan);
    return make_inline_executor(slots, options.cancel, options.project_root);
  }
  if (options.executor != "process") {
    throw PlanError(
        fmt::format("there is no executor '{}'; there are: inline, process", options.executor));
  }
  WorkerProgram program = worker_program(options, find_to_run(plan, is_python_task) != nullptr);
  if (tasks == 0) return make_inline_executor(0, options.cancel);  // no process for nothing
  try {
    return make_process_executor({.slots = slots,
                                  .jobs = jobs,
                                  .program = std::move(program),
                                  .project_root = options.project_root,
                                  .max_output_bytes = options.max_output_bytes,
                                  .grace = options.grace});
  } catch (const std::system_error& error) {
    throw Error(fmt::format("the executor process cannot be started: {}", error.what()));
  }
}

// What a killed runner left running has to end first: nothing runs twice at the same time.
void reconcile(Executor& executor) {
  const auto found = executor.reconcile({});
  if (!found.problem.empty()) throw Error(found.problem);
}

void end_run(const Plan& plan, ExecutionLog& log, RunSummary& summary) {
  if (plan.count_to_run() == 0) return;
  try {
    log.finish_run(summary.run_id);
  } catch (const LogError&) {
    summary.log_failed = true;
  }
}

}  // namespace

RunObserver::~RunObserver() = default;
void RunObserver::run_started(const Plan&, std::string_view) {}
void RunObserver::task_started(const PlanStep&) {}
void RunObserver::task_retried(const PlanStep&, const TaskOutcome&, std::chrono::milliseconds) {}
void RunObserver::task_finished(const PlanStep&, const TaskOutcome&) {}
void RunObserver::task_logged(const PlanStep&, LogLevel, std::string_view) {}

std::size_t RunSummary::count(ExecutionState state) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(outcomes, state, &TaskOutcome::state));
}

bool RunSummary::succeeded() const noexcept {
  return !log_failed && std::ranges::all_of(outcomes, [](const TaskOutcome& outcome) {
    return outcome.state == ExecutionState::success ||
           outcome.state == ExecutionState::skipped_up_to_date;
  });
}

RunSummary run(const Plan& plan, const TaskRegistry& registry, ExecutionLog& log,
               const RunOptions& options) {
  require_classes(plan, registry);
  RunOptions complete = options;
  if (complete.project_root.empty()) complete.project_root = find_project().root;

  const auto began = std::chrono::steady_clock::now();
  RunSummary summary{.run_id = make_uuid()};
  summary.outcomes.resize(plan.steps.size());
  for (const PlanStep& step : plan.steps) summary.outcomes[step.task].task = step.task;
  {
    // First of all: what it starts shares nothing with what is made from now on.
    const auto executor = make_executor(complete, plan);
    reconcile(*executor);
    begin_run(log, plan, summary.run_id);
    RunDriver driver(plan, log, complete, summary);
    driver.drive(*executor);
  }
  end_run(plan, log, summary);
  const bool asked_to_stop = options.stop.stop_requested() || options.cancel.stop_requested() ||
                             options.kill.stop_requested();
  summary.interrupted = asked_to_stop && !summary.succeeded();
  summary.duration = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - began);
  return summary;
}

}  // namespace rota::inline v1
