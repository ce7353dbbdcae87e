// SPDX-License-Identifier: Apache-2.0
#include "runner/run_driver.h"

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

using Clock = std::chrono::steady_clock;

ExecutionState state_of(TaskStatus status) noexcept {
  if (status == TaskStatus::success) return ExecutionState::success;
  return status == TaskStatus::cancelled ? ExecutionState::cancelled : ExecutionState::failed;
}

std::string describe(const std::optional<ErrorDetails>& error) {
  if (!error) return {};
  return error->operation.empty() ? error->message
                                  : fmt::format("{}: {}", error->operation, error->message);
}

}  // namespace

RunDriver::RunDriver(const Plan& plan, const TaskRegistry& registry, ExecutionLog& log,
                     const RunOptions& options, RunSummary& summary)
    : plan_(plan), registry_(registry), log_(log), options_(options), summary_(summary) {
  waiting_for_.resize(plan.steps.size());
  for (const PlanStep& step : plan.steps) {
    for (const TaskIndex dependency : plan.graph.dependencies(step.task)) {
      if (plan.steps[dependency].will_run()) ++waiting_for_[step.task];
    }
  }
}

void RunDriver::drive(Executor& executor) {
  std::unique_lock lock(mutex_);
  executor_ = &executor;
  tell([&](RunObserver& observer) { observer.run_started(plan_, summary_.run_id); });
  for (const PlanStep& step : plan_.steps) {
    if (!step.will_run()) {
      summary_.outcomes[step.task].state = ExecutionState::skipped_up_to_date;
    } else if (waiting_for_[step.task] == 0 && may_begin()) {
      submit(step.task);
    }
  }
  all_quiet_.wait(lock, [this] { return under_way_ == 0; });
  if (observer_error_) std::rethrow_exception(observer_error_);
}

bool RunDriver::may_begin() const {
  return !options_.stop.stop_requested() && !options_.cancel.stop_requested() &&
         !summary_.log_failed && !observer_error_;
}

void RunDriver::submit(TaskIndex task) {
  ++under_way_;
  executor_->submit([this, task] { run_task(task); });
}

void RunDriver::run_task(TaskIndex task) {
  const PlanStep& step = plan_.steps[task];
  {
    const std::lock_guard lock(mutex_);
    if (may_begin()) tell([&](RunObserver& observer) { observer.task_started(step); });
    if (!may_begin()) {  // asked again: the observer may have ended the run
      if (--under_way_ == 0) all_quiet_.notify_all();
      return;
    }
  }
  const Clock::time_point began = Clock::now();
  TaskOutcome outcome = execute(step);
  outcome.task = task;
  outcome.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);

  const std::lock_guard lock(mutex_);
  settle(task, std::move(outcome));
  if (--under_way_ == 0) all_quiet_.notify_all();
}

void RunDriver::settle(TaskIndex task, TaskOutcome outcome) {
  const bool succeeded = outcome.state == ExecutionState::success;
  summary_.outcomes[task] = std::move(outcome);
  tell([&](RunObserver& observer) {
    observer.task_finished(plan_.steps[task], summary_.outcomes[task]);
  });
  if (succeeded) {
    release_dependents(task);
  } else if (summary_.outcomes[task].state != ExecutionState::cancelled && !summary_.log_failed) {
    fail_dependents(task);
  }
}

void RunDriver::release_dependents(TaskIndex task) {
  for (const TaskIndex dependent : plan_.graph.dependents(task)) {
    if (plan_.steps[dependent].will_run() && --waiting_for_[dependent] == 0 && may_begin())
      submit(dependent);
  }
}

void RunDriver::fail_dependents(TaskIndex task) {
  std::vector<TaskIndex> failed{task};
  while (!failed.empty()) {
    const TaskIndex upstream = failed.back();
    failed.pop_back();
    for (const TaskIndex dependent : plan_.graph.dependents(upstream)) {
      TaskOutcome& outcome = summary_.outcomes[dependent];
      const PlanStep& step = plan_.steps[dependent];
      if (!step.will_run() || outcome.state == ExecutionState::upstream_failed) continue;
      outcome.state = ExecutionState::upstream_failed;
      outcome.message = fmt::format("{} failed", plan_.graph.task_id(task));
      try {
        outcome.task_run_id = log_.record_task_execution(
            describe_start(step),
            {.state = ExecutionState::upstream_failed, .message = outcome.message});
      } catch (const LogError& error) {
        summary_.log_failed = true;
        outcome.message = error.what();
      }
      tell([&](RunObserver& observer) { observer.task_finished(step, outcome); });
      failed.push_back(dependent);
    }
  }
}

void RunDriver::tell(const std::function<void(RunObserver&)>& what) {
  if (options_.observer == nullptr || observer_error_) return;
  try {
    what(*options_.observer);
  } catch (...) {
    observer_error_ = std::current_exception();
  }
}

ExecutionStart RunDriver::describe_start(const PlanStep& step) const {
  const TaskMetadata& metadata = plan_.graph.task_class(step.task)->metadata();
  return {.task_id = metadata.task_id,
          .task_type = metadata.task_type,
          .version = metadata.version,
          .arguments = step.arguments.to_json(),
          .run_id = summary_.run_id,
          .reason = step.reason,
          .fingerprint = std::string(plan_.graph.task_class(step.task)->fingerprint())};
}

TaskOutcome RunDriver::execute(const PlanStep& step) {
  std::unique_ptr<BaseTask> task;
  try {
    task = registry_.create_task_instance(plan_.graph.task_id(step.task), step.arguments);
    if (task == nullptr) return record_unmade(step, "the task is no longer registered");
  } catch (const std::exception& error) {
    return record_unmade(step, error.what());
  }
  return execute(step, *task);
}

TaskOutcome RunDriver::execute(const PlanStep& step, BaseTask& task) {
  task.bind_context(
      {.log = &log_,
       .run_id = summary_.run_id,
       .reason = step.reason,
       .project_root = options_.project_root,
       .stop = options_.cancel,
       .sink = [this, &step](LogLevel level, std::string_view, std::string_view message) {
         const std::lock_guard lock(mutex_);
         tell([&](RunObserver& observer) { observer.task_logged(step, level, message); });
       }});
  task.run();
  note_trouble(task);
  return {.state = state_of(task.status()),
          .task_run_id = task.task_run_id(),
          .message = describe(task.error_details())};
}

TaskOutcome RunDriver::record_unmade(const PlanStep& step, const std::string& message) {
  TaskOutcome outcome{.state = ExecutionState::failed, .message = message};
  try {
    outcome.task_run_id = log_.record_task_execution(
        describe_start(step), {.state = ExecutionState::failed, .message = message});
  } catch (const LogError& error) {
    const std::lock_guard lock(mutex_);
    summary_.log_failed = true;
    outcome.message = error.what();
  }
  return outcome;
}

void RunDriver::note_trouble(const BaseTask& task) {
  const std::lock_guard lock(mutex_);
  if (task.status() == TaskStatus::log_error) summary_.log_failed = true;
  if (task.status() == TaskStatus::already_running) summary_.already_running = true;
}

}  // namespace rota::inline v1
