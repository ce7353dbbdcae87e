// SPDX-License-Identifier: Apache-2.0
#include "os/uuid.h"
#include "runner/run_driver.h"
#include <rota/project.h>
#include <rota/runner.h>

#include <algorithm>
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

std::size_t count_jobs(const Plan& plan, const RunOptions& options) {
  const std::size_t wanted =
      options.jobs > 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
  return std::min(wanted, std::max<std::size_t>(plan.count_to_run(), 1));
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
  if (options.executor != "inline") {
    throw PlanError(fmt::format("there is no executor '{}'; there is: inline", options.executor));
  }
  require_classes(plan, registry);
  RunOptions complete = options;
  if (complete.project_root.empty()) complete.project_root = find_project().root;

  const auto began = std::chrono::steady_clock::now();
  RunSummary summary{.run_id = make_uuid()};
  summary.outcomes.resize(plan.steps.size());
  for (const PlanStep& step : plan.steps) summary.outcomes[step.task].task = step.task;
  begin_run(log, plan, summary.run_id);
  RunDriver driver(plan, registry, log, complete, summary);
  {
    const auto executor = make_inline_executor(count_jobs(plan, options));
    driver.drive(*executor);
  }
  end_run(plan, log, summary);
  const bool asked_to_stop = options.stop.stop_requested() || options.cancel.stop_requested();
  summary.interrupted = asked_to_stop && !summary.succeeded();
  summary.duration = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - began);
  return summary;
}

}  // namespace rota::inline v1
