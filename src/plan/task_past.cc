// SPDX-License-Identifier: Apache-2.0
#include "plan/task_past.h"

#include "plan/argument_change.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

void compare(TaskPast& past, const PastExecution& success, const TaskClass& task_class,
             const Arguments& arguments) {
  past.change = ReasonKind::up_to_date;
  past.change_text.clear();
  const std::string& version = task_class.metadata().version;
  const std::string_view fingerprint = task_class.fingerprint();
  if (success.version != version) {
    past.change = ReasonKind::version_changed;
    const std::string_view before = success.version.empty() ? "(none)" : success.version;
    past.change_text = fmt::format("version {} -> {}", before, version);
  } else if (std::string change = describe_argument_change(success.arguments, arguments);
             !change.empty()) {
    past.change = ReasonKind::argument_changed;
    past.change_text = std::move(change);
  } else if (!success.fingerprint.empty() && !fingerprint.empty() &&
             success.fingerprint != fingerprint) {
    past.change = ReasonKind::code_changed;
    past.change_text = "code changed";
  }
}

void take_success(TaskPast& past, const PastExecution& success) {
  past.started_sequence = success.started_sequence;
  past.finished_sequence = success.finished_sequence;
  past.finished_at = success.finished_at.value_or(success.started_at);
  past.inputs.assign(success.inputs.begin(), success.inputs.end());
  past.outputs.assign(success.outputs.begin(), success.outputs.end());
}

}  // namespace

std::vector<TaskPast> look_up_pasts(const Graph& graph, const std::vector<Arguments>& arguments,
                                    const ExecutionLog& log) {
  std::vector<TaskPast> pasts(graph.size());
  std::vector<std::string_view> task_ids;
  task_ids.reserve(graph.size());
  for (TaskIndex task = 0; task < graph.size(); ++task)
    task_ids.push_back(graph.task_class(task)->task_id());
  log.find_latest_executions(task_ids, [&](std::size_t task, const PastExecution& execution) {
    TaskPast& past = pasts[task];
    if (execution.started_sequence >= past.newest_started_sequence) {
      past.newest_started_sequence = execution.started_sequence;
      past.newest_state = execution.state;
      past.newest_started_at = execution.started_at;
      past.newest_finished_at = execution.finished_at;
    }
    const bool is_later_success = execution.state == ExecutionState::success &&
                                  execution.finished_sequence > past.finished_sequence;
    if (!is_later_success) return;
    take_success(past, execution);
    compare(past, execution, *graph.task_class(static_cast<TaskIndex>(task)), arguments[task]);
  });
  return pasts;
}

}  // namespace rota::inline v1
