// SPDX-License-Identifier: Apache-2.0
#include "runner/run_driver.h"

#include "runner/priorities.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// Starts that are written ahead, so that there is work while the log waits for the disk.
constexpr std::size_t kMaxBegunAhead = 1024;
constexpr std::size_t kMaxRecordsUnderWay = 1024;
constexpr std::uint64_t kDefaultOutputLimit = std::uint64_t{512} << 20U;

std::string message_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    return caught.what();
  } catch (...) {
    return "the log threw something that is no std::exception";
  }
}

bool is_already_running(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const AlreadyRunningError&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

RunDriver::RunDriver(const Plan& plan, ExecutionLog& log, const RunOptions& options,
                     RunSummary& summary)
    : plan_(plan),
      log_(log),
      options_(options),
      summary_(summary),
      pools_(options.pools),
      policies_(plan, options, pools_),
      lengths_(critical_path_lengths(plan, log)),
      ready_(pools_.size()),
      random_(std::random_device{}()) {
  waiting_for_.resize(plan.steps.size());
  for (const PlanStep& step : plan.steps) {
    for (const TaskIndex dependency : plan.graph.dependencies(step.task)) {
      if (plan.steps[dependency].will_run()) ++waiting_for_[step.task];
    }
  }
}

void RunDriver::drive(Executor& executor) {
  executor_ = &executor;
  for (std::size_t place = 1; place <= executor.slots(); ++place) free_places_.insert(place);
  LogQueue queue(log_, [&executor] { executor.wake(); });
  queue_ = &queue;
  const auto wake = [&executor] { executor.wake(); };
  const std::stop_callback on_stop(options_.stop, wake);
  const std::stop_callback on_cancel(options_.cancel, wake);
  const std::stop_callback on_kill(options_.kill, wake);
  begin_plan();
  std::vector<ExecutionReport> reports;
  for (;;) {
    act_on_requests();
    begin_what_is_ready();
    record_upstream_failures();
    queue.write(changes_);
    if (is_done()) break;
    executor.poll(next_moment(), reports);
    for (ExecutionReport& report : reports) take_report(report);
    reports.clear();
    take_written();
  }
  if (observer_error_) std::rethrow_exception(observer_error_);
}

void RunDriver::begin_plan() {
  tell([&](RunObserver& observer) { observer.run_started(plan_, summary_.run_id); });
  for (const PlanStep& step : plan_.steps) {
    if (!step.will_run()) {
      summary_.outcomes[step.task].state = ExecutionState::skipped_up_to_date;
    } else if (waiting_for_[step.task] == 0) {
      make_ready(step.task);
    }
  }
}

bool RunDriver::may_begin() const {
  return !options_.stop.stop_requested() && !options_.cancel.stop_requested() &&
         !options_.kill.stop_requested() && !summary_.log_failed && !observer_error_ &&
         !(has_failed_ && options_.stop_at_failure);
}

bool RunDriver::is_done() const {
  return attempts_.empty() && records_under_way_ == 0 && upstream_failures_.empty() &&
         (ready_.is_empty() || !may_begin());
}

RunDriver::Clock::time_point RunDriver::next_moment() const {
  return may_begin() && occupied_ < most_under_way()
             ? ready_.next_moment().value_or(Clock::time_point::max())
             : Clock::time_point::max();
}

// ---- beginning -----------------------------------------------------------------------------------

std::size_t RunDriver::most_under_way() const {
  const std::size_t slots = executor_->slots();
  if (ended_count_ < slots) return slots;
  const auto task = std::max(typical_duration_, std::chrono::nanoseconds(1000));
  const auto ahead = static_cast<std::size_t>(2 * queue_->typical_duration() / task) * slots;
  return slots + std::min(ahead, kMaxBegunAhead);
}

ReadyTasks::Entry RunDriver::entry_of(TaskIndex task) const {
  return {.priority = policies_.of(task).policy.priority.value_or(0),
          .length = lengths_[task],
          .task = task};
}

void RunDriver::begin_what_is_ready() {
  const std::size_t most = most_under_way();
  while (occupied_ < most && may_begin()) {
    const auto entry = ready_.take();
    if (!entry) break;
    if (summary_.outcomes[entry->task].state == ExecutionState::upstream_failed) continue;
    Pools::Index full = 0;
    if (!pools_.take(policies_.of(entry->task).pools, full)) {
      ready_.wait_for(full, *entry);
      continue;
    }
    ++occupied_;
    ++summary_.outcomes[entry->task].attempts;
    const std::size_t place = take_place();
    attempts_[entry->task].place = place;
    changes_.push_back({entry->task,
                        {.kind = ExecutionChange::Kind::begin,
                         .start = describe_start(plan_.steps[entry->task], place)}});
  }
}

void RunDriver::take_written_begin(TaskIndex task, QueuedChange& written) {
  Attempt& attempt = attempts_.at(task);
  if (written.change.error) {
    TaskOutcome& outcome = summary_.outcomes[task];
    fail_log(outcome, written.change.error);
    outcome.state = ExecutionState::failed;
    leave(task);
    settle(task);
    return;
  }
  attempt.handle = std::move(written.change.handle);
  attempt.run_before =
      std::exchange(summary_.outcomes[task].task_run_id, attempt.handle.task_run_id);
  if (may_begin()) {
    submit(task);
    return;
  }
  ExecutionReport report{.kind = ExecutionReport::Kind::ended,
                         .number = task,
                         .end = {.state = ExecutionState::cancelled,
                                 .message = "the run was stopped before it began"}};
  take_end(task, report);
}

void RunDriver::submit(TaskIndex task) {
  Attempt& attempt = attempts_.at(task);
  const PlanStep& step = plan_.steps[task];
  const TaskPolicy& policy = policies_.of(task).policy;
  attempt.is_submitted = true;
  executor_->submit(
      {.number = task,
       .task_class = plan_.graph.task_class(task),
       .arguments = step.arguments,
       .task_run_id = attempt.handle.task_run_id,
       .project_root = options_.project_root,
       .output_file = fmt::format(".rota/output/{}/{}.{}.txt", summary_.run_id,
                                  plan_.graph.task_id(task), summary_.outcomes[task].attempts),
       .limits = {.timeout = policy.timeout,
                  .memory_bytes = policy.memory_limit_bytes,
                  .cpu_time = policy.cpu_limit,
                  .output_bytes = policy.output_limit_bytes.value_or(kDefaultOutputLimit)},
       .is_fresh = policy.isolation == Isolation::fresh,
       .enable_checkpoints = policy.checkpoints.value_or(false),
       .force_restart = options_.force_restart});
}

// ---- ending --------------------------------------------------------------------------------------

void RunDriver::take_report(ExecutionReport& report) {
  const auto task = static_cast<TaskIndex>(report.number);
  const PlanStep& step = plan_.steps[task];
  switch (report.kind) {
    case ExecutionReport::Kind::began:
      attempts_.at(task).has_begun = true;
      tell([&](RunObserver& observer) { observer.task_started(step); });
      break;
    case ExecutionReport::Kind::logged:
      tell(
          [&](RunObserver& observer) { observer.task_logged(step, report.level, report.message); });
      break;
    case ExecutionReport::Kind::ended:
      typical_duration_ = (typical_duration_ * 7 + report.duration) / 8;
      ++ended_count_;
      take_end(task, report);
      break;
  }
}

void RunDriver::take_end(TaskIndex task, ExecutionReport& report) {
  Attempt& attempt = attempts_.at(task);
  attempt.report = std::move(report);
  attempt.has_ended = true;
  leave(task);
  ExecutionEnd end = attempt.report.end;
  end.duration = attempt.report.duration;
  if (attempt.place == 0) end.worker = static_cast<int>(attempt.report.worker);
  changes_.push_back(
      {task,
       {.kind = ExecutionChange::Kind::finish, .end = std::move(end), .handle = attempt.handle}});
  if (attempt.report.end.state == ExecutionState::success) release_dependents(task);
}

void RunDriver::leave(TaskIndex task) {
  --occupied_;
  if (const std::size_t place = attempts_.at(task).place; place != 0) free_places_.insert(place);
  const std::vector<Pools::Index>& pools = policies_.of(task).pools;
  if (pools.empty()) return;
  pools_.give_back(pools);
  ready_.wake(pools);
}

void RunDriver::take_written_end(TaskIndex task, QueuedChange& written) {
  if (attempts_.at(task).never_began() && !written.change.error && written.change.done)
    return withdraw(task);
  ExecutionReport& report = attempts_.at(task).report;
  TaskOutcome& outcome = summary_.outcomes[task];
  outcome.state = report.end.state;
  outcome.message = report.end.message;
  outcome.duration = report.duration;
  outcome.worker = attempts_.at(task).place != 0 ? attempts_.at(task).place : report.worker;
  outcome.output_path = report.end.output_path;
  if (written.change.error) {
    fail_log(outcome, written.change.error);
    outcome.state = ExecutionState::failed;
  } else if (!written.change.done) {
    summary_.log_failed = true;
    outcome.state = ExecutionState::failed;
    outcome.message =
        fmt::format("execution {} was ended by another process; what was done does not count",
                    outcome.task_run_id);
  } else if (wants_retry(task, report)) {
    retry(task, outcome);
    return;
  }
  settle(task);
}

bool RunDriver::wants_retry(TaskIndex task, const ExecutionReport& report) const {
  const TaskPolicy& policy = policies_.of(task).policy;
  return report.failure != 0 && may_begin() &&
         (policy.retry_on.value_or(RetryOn::kAny) & report.failure) != 0 &&
         summary_.outcomes[task].attempts <= policy.retries.value_or(0);
}

void RunDriver::retry(TaskIndex task, const TaskOutcome& outcome) {
  attempts_.erase(task);
  const double random = std::generate_canonical<double, 32>(random_);
  const auto delay = retry_delay(policies_.of(task).policy, outcome.attempts, random);
  ready_.add_at(Clock::now() + delay, entry_of(task));
  tell([&](RunObserver& observer) { observer.task_retried(plan_.steps[task], outcome, delay); });
}

void RunDriver::settle(TaskIndex task) {
  attempts_.erase(task);
  const TaskOutcome& outcome = summary_.outcomes[task];
  const bool has_failed =
      outcome.state != ExecutionState::success && outcome.state != ExecutionState::cancelled;
  has_failed_ = has_failed_ || has_failed;
  tell([&](RunObserver& observer) { observer.task_finished(plan_.steps[task], outcome); });
  if (has_failed && !summary_.log_failed) fail_dependents(task);
}

// The log tells of what ran, so nothing of it stays there: the task is as it was before this attempt.
void RunDriver::withdraw(TaskIndex task) {
  TaskOutcome& outcome = summary_.outcomes[task];
  try {
    log_.remove_execution_record(outcome.task_run_id);
  } catch (...) {
    fail_log(outcome, std::current_exception());
  }
  outcome.task_run_id = std::move(attempts_.at(task).run_before);
  --outcome.attempts;
  attempts_.erase(task);
}

// ---- what follows --------------------------------------------------------------------------------

void RunDriver::release_dependents(TaskIndex task) {
  for (const TaskIndex dependent : plan_.graph.dependents(task)) {
    if (plan_.steps[dependent].will_run() && --waiting_for_[dependent] == 0) make_ready(dependent);
  }
}

void RunDriver::fail_dependents(TaskIndex task) {
  std::vector<TaskIndex> failed{task};
  while (!failed.empty()) {
    const TaskIndex upstream = failed.back();
    failed.pop_back();
    for (const TaskIndex dependent : plan_.graph.dependents(upstream)) {
      TaskOutcome& outcome = summary_.outcomes[dependent];
      if (!plan_.steps[dependent].will_run() || outcome.state == ExecutionState::upstream_failed)
        continue;
      outcome.state = ExecutionState::upstream_failed;
      upstream_failures_.push_back({dependent, task});
      failed.push_back(dependent);
    }
  }
}

void RunDriver::record_upstream_failures() {
  while (!upstream_failures_.empty() && records_under_way_ < kMaxRecordsUnderWay) {
    const auto [task, cause] = upstream_failures_.front();
    upstream_failures_.pop_front();
    TaskOutcome& outcome = summary_.outcomes[task];
    outcome.message = fmt::format("{} failed", plan_.graph.task_id(cause));
    if (summary_.log_failed) continue;
    ++records_under_way_;
    changes_.push_back(
        {task,
         {.kind = ExecutionChange::Kind::record,
          .start = describe_start(plan_.steps[task], 0),
          .end = {.state = ExecutionState::upstream_failed, .message = outcome.message}}});
  }
}

void RunDriver::take_written_record(TaskIndex task, QueuedChange& written) {
  --records_under_way_;
  TaskOutcome& outcome = summary_.outcomes[task];
  outcome.task_run_id = written.change.handle.task_run_id;
  if (written.change.error) fail_log(outcome, written.change.error);
  tell([&](RunObserver& observer) { observer.task_finished(plan_.steps[task], outcome); });
}

// ---- the rest ------------------------------------------------------------------------------------

void RunDriver::take_written() {
  std::vector<QueuedChange> written;
  queue_->take_written(written);
  for (QueuedChange& one : written) {
    const auto task = static_cast<TaskIndex>(one.number);
    switch (one.change.kind) {
      case ExecutionChange::Kind::begin:
        take_written_begin(task, one);
        break;
      case ExecutionChange::Kind::finish:
        take_written_end(task, one);
        break;
      case ExecutionChange::Kind::record:
        take_written_record(task, one);
        break;
    }
  }
}

void RunDriver::fail_log(TaskOutcome& outcome, const std::exception_ptr& error) {
  (is_already_running(error) ? summary_.already_running : summary_.log_failed) = true;
  outcome.message = message_of(error);
}

void RunDriver::act_on_requests() {
  if (!may_begin() && !has_withdrawn_) {
    has_withdrawn_ = true;
    for (const auto& [task, attempt] : attempts_) {
      if (attempt.is_submitted && !attempt.has_begun) executor_->cancel(task, CancelStep::withdraw);
    }
  }
  const CancelStep step = options_.kill.stop_requested()     ? CancelStep::kill
                          : options_.cancel.stop_requested() ? CancelStep::terminate
                                                             : CancelStep::withdraw;
  if (step <= told_executor_) return;
  told_executor_ = step;
  for (const auto& [task, attempt] : attempts_) {
    if (attempt.is_submitted && !attempt.has_ended) executor_->cancel(task, step);
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

std::size_t RunDriver::take_place() {
  if (free_places_.empty()) return 0;
  const std::size_t place = *free_places_.begin();
  free_places_.erase(free_places_.begin());
  return place;
}

// Why it runs: as the plan says, and again because it has failed.
std::string RunDriver::reason_of(const PlanStep& step) const {
  const std::uint32_t attempts = summary_.outcomes[step.task].attempts;
  return attempts < 2 ? step.reason
                      : fmt::format("{}; attempt {} failed", step.reason, attempts - 1);
}

ExecutionStart RunDriver::describe_start(const PlanStep& step, std::size_t place) const {
  const TaskMetadata& metadata = plan_.graph.task_class(step.task)->metadata();
  return {.task_id = metadata.task_id,
          .task_type = metadata.task_type,
          .version = metadata.version,
          .arguments = step.arguments.to_json(),
          .run_id = summary_.run_id,
          .reason = reason_of(step),
          .fingerprint = std::string(plan_.graph.task_class(step.task)->fingerprint()),
          .attempt = static_cast<int>(std::max(summary_.outcomes[step.task].attempts, 1U)),
          .worker = static_cast<int>(place)};
}

}  // namespace rota::inline v1
