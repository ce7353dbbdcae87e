// SPDX-License-Identifier: Apache-2.0
#include "run_record/run_status.h"

#include "execution_log/owners.h"
#include "run_record/past_run.h"
#include "run_record/run_graph.h"
#include <rota/error.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace rota::inline v1 {
namespace {

// The last attempt of each task.
using LastAttempts = std::map<std::string_view, const Execution*>;

// Nothing runs longer than the newest execution that is active and belongs to a run.
std::optional<std::string> find_run_of_active(const ExecutionLog& log) {
  for (const Execution& execution :
       log.get_task_execution_history({.state = ExecutionState::running, .limit = 0})) {
    if (!execution.start.run_id.empty()) return execution.start.run_id;
  }
  return {};
}

// Of a run that was imported only its executions are known.
std::optional<std::string> find_last_run(const ExecutionLog& log) {
  const std::optional<RecordedRun> run = find_last_recorded_run(log);
  std::optional<std::string> executed = find_newest_run(log);
  if (!run || run->start.run_id == executed) return executed;
  if (!executed) return run->start.run_id;
  const std::vector<Execution> executions = executions_of_run(log, *executed);
  const bool began_before =
      executions.empty() || executions.back().started_sequence <= run->after_sequence;
  return began_before ? run->start.run_id : *executed;
}

void count(RunStatus& status, const Execution& execution) {
  switch (execution.state()) {
    case ExecutionState::success:
    case ExecutionState::skipped_up_to_date:
      ++status.succeeded;
      break;
    case ExecutionState::upstream_failed:
    case ExecutionState::blocked:
      ++status.not_reached;
      break;
    case ExecutionState::submitted:
    case ExecutionState::running:
      status.running.push_back(execution);
      break;
    default:
      status.unsuccessful.push_back(execution);
  }
}

// Nothing where the plan is not kept, or cannot be read: `rota verify` tells of that.
std::optional<std::size_t> count_waiting(const ExecutionLog& log, const std::string& run_id,
                                         const LastAttempts& begun) try {
  const std::vector<RecordedStep> planned = planned_steps(log, run_id);
  if (planned.empty()) return {};
  return static_cast<std::size_t>(std::ranges::count_if(planned, [&](const RecordedStep& step) {
    return step.will_run() && !begun.contains(step.task_id);
  }));
} catch (const PlanError&) {
  return {};
}

// A runner writes starts ahead, without a worker as long as none is known. Of those as many run as there are workers
// left, by what the run has shown of them: the first ones; the others wait.
std::size_t take_out_waiting(RunStatus& status, const std::vector<Execution>& executions) {
  for (const Execution& execution : executions)
    status.workers =
        std::max(status.workers, static_cast<std::size_t>(std::max(execution.start.worker, 0)));
  const auto has_worker = [](const Execution& execution) { return execution.start.worker > 0; };
  auto free = static_cast<std::ptrdiff_t>(status.workers) -
              std::ranges::count_if(status.running, has_worker);
  return std::erase_if(status.running, [&](const Execution& execution) {
    return !has_worker(execution) && free-- <= 0;
  });
}

void find_begin(RunStatus& status, const std::optional<RecordedRun>& run,
                const std::vector<Execution>& executions) {
  status.owner = run ? run->owner : executions.front().owner;
  status.began = run ? run->started_at : executions.front().started_at;
}

void find_end(RunStatus& status, const std::optional<RecordedRun>& run,
              const std::vector<Execution>& executions) {
  status.was_killed = run && !run->finished_at && is_owner_dead(run->owner);
  const bool is_active = run ? !run->finished_at && !status.was_killed : !status.running.empty();
  if (is_active) return;
  status.ended = run && run->finished_at ? *run->finished_at : status.began;
  for (const Execution& execution : executions)
    status.ended = std::max(
        {*status.ended, execution.started_at, execution.finished_at.value_or(*status.ended)});
}

}  // namespace

RunStatus read_run_status(const ExecutionLog& log) {
  RunStatus status;
  auto run_id = find_run_of_active(log);
  if (!run_id) run_id = find_last_run(log);
  if (!run_id) return status;
  const std::optional<RecordedRun> run = log.find_run(*run_id);
  const std::vector<Execution> executions = executions_of_run(log, *run_id);
  if (!run && executions.empty()) return status;  // removed since
  status.run_id = *run_id;
  find_begin(status, run, executions);
  LastAttempts last;
  for (const Execution& execution : executions) last[execution.start.task_id] = &execution;
  for (const Execution& execution : executions) {
    if (last[execution.start.task_id] == &execution) count(status, execution);
  }
  std::ranges::sort(status.unsuccessful, {}, &Execution::finished_sequence);
  find_end(status, run, executions);
  status.waiting = count_waiting(log, *run_id, last);
  const std::size_t begun_ahead = take_out_waiting(status, executions);
  if (status.waiting) *status.waiting += begun_ahead;
  return status;
}

}  // namespace rota::inline v1
