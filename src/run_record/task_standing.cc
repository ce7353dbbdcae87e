// SPDX-License-Identifier: Apache-2.0
#include "run_record/task_standing.h"

namespace rota::inline v1 {
namespace {

TaskStanding standing_of(const std::string& task_id, const PlanStep* step,
                         const ExecutionLog& log) {
  TaskStanding standing;
  if (const auto latest = log.find_latest_execution(task_id, false))
    standing.state = latest->state();
  const auto holds = step == nullptr ? std::nullopt : std::optional<bool>(!step->will_run());
  standing.condition = condition_of(standing.state, holds);
  if (step != nullptr) standing.reason = step->reason;
  return standing;
}

}  // namespace

std::string_view to_string(TaskCondition condition) noexcept {
  switch (condition) {
    case TaskCondition::up_to_date:
      return "up_to_date";
    case TaskCondition::succeeded:
      return "succeeded";
    case TaskCondition::stale:
      return "stale";
    case TaskCondition::failed:
      return "failed";
    case TaskCondition::running:
      return "running";
    case TaskCondition::not_reached:
      return "not_reached";
    case TaskCondition::never_ran:
      return "never_ran";
  }
  return "unknown";
}

std::string TaskStanding::words() const {
  switch (condition) {
    case TaskCondition::up_to_date:
      return "up to date";
    case TaskCondition::stale:
      return "stale";
    case TaskCondition::never_ran:
      return "never ran";
    case TaskCondition::not_reached:
      return "not reached";
    default:
      return std::string(to_string(state.value_or(ExecutionState::success)));
  }
}

TaskCondition condition_of(std::optional<ExecutionState> state,
                           std::optional<bool> holds) noexcept {
  if (!state) return TaskCondition::never_ran;
  switch (*state) {
    case ExecutionState::submitted:
    case ExecutionState::running:
      return TaskCondition::running;
    case ExecutionState::success:
    case ExecutionState::skipped_up_to_date:
      if (!holds) return TaskCondition::succeeded;
      return *holds ? TaskCondition::up_to_date : TaskCondition::stale;
    case ExecutionState::upstream_failed:
    case ExecutionState::blocked:
      return TaskCondition::not_reached;
    default:
      return TaskCondition::failed;
  }
}

std::vector<TaskStanding> standings_of(const Plan& plan, const ExecutionLog& log) {
  std::vector<TaskStanding> standings;
  standings.reserve(plan.steps.size());
  for (const PlanStep& step : plan.steps)
    standings.push_back(standing_of(plan.graph.task_id(step.task), &step, log));
  return standings;
}

std::vector<TaskStanding> standings_of(const Graph& graph, const ExecutionLog& log) {
  std::vector<TaskStanding> standings;
  standings.reserve(graph.size());
  for (TaskIndex task = 0; task < graph.size(); ++task)
    standings.push_back(standing_of(graph.task_id(task), nullptr, log));
  return standings;
}

std::vector<TaskStanding> standings_in_run(const PastRun& record, const Graph& graph,
                                           const ExecutionLog& log) {
  std::vector<TaskStanding> standings(graph.size());
  for (const RecordedExecution& recorded : record.executions) {
    const auto task = graph.find(recorded.execution.start.task_id);
    if (!task) continue;
    const ExecutionState state = recorded.execution.state();
    standings[*task] = {condition_of(state, {}), state, recorded.execution.start.reason};
  }
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    TaskStanding& standing = standings[task];
    if (standing.state || !log.find_latest_execution(graph.task_id(task), true)) continue;
    standing.condition = TaskCondition::up_to_date;
  }
  return standings;
}

}  // namespace rota::inline v1
