// SPDX-License-Identifier: Apache-2.0
#include "run_record/run_status.h"

#include "run_record/past_run.h"
#include "run_record/run_graph.h"

#include <algorithm>
#include <unordered_set>

namespace rota::inline v1 {
namespace {

// Nothing runs longer than the newest execution that is active and belongs to a run.
std::optional<std::string> find_active_run(const ExecutionLog& log) {
  for (const Execution& execution :
       log.get_task_execution_history({.state = ExecutionState::running, .limit = 0})) {
    if (!execution.start.run_id.empty()) return execution.start.run_id;
  }
  return {};
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

std::optional<std::size_t> count_waiting(const std::vector<RecordedStep>& planned,
                                         const std::unordered_set<std::string>& begun) {
  if (planned.empty()) return {};
  return static_cast<std::size_t>(std::ranges::count_if(planned, [&](const RecordedStep& step) {
    return step.will_run() && !begun.contains(step.task_id);
  }));
}

}  // namespace

RunStatus read_run_status(const ExecutionLog& log) {
  RunStatus status;
  auto run_id = find_active_run(log);
  if (!run_id) run_id = find_newest_run(log);
  if (!run_id) return status;
  status.run_id = *run_id;
  const std::vector<Execution> executions = executions_of_run(log, *run_id);
  std::unordered_set<std::string> begun;
  status.began = executions.front().started_at;
  status.owner = executions.front().owner;
  for (const Execution& execution : executions) {
    begun.insert(execution.start.task_id);
    count(status, execution);
    const TimePoint end = execution.finished_at.value_or(execution.started_at);
    status.ended = std::max(status.ended.value_or(end), end);
  }
  std::ranges::sort(status.unsuccessful, {}, &Execution::finished_sequence);
  if (!status.is_active()) return status;
  status.ended.reset();
  status.waiting = count_waiting(planned_steps(log, *run_id), begun);
  return status;
}

}  // namespace rota::inline v1
