// SPDX-License-Identifier: Apache-2.0
#include "run_record/critical_path.h"

#include <unordered_map>

namespace rota::inline v1 {
namespace {

// By their numbers in the log, not by the clock.
bool ended_later(const RecordedExecution& one, const RecordedExecution* other) {
  return other == nullptr || one.execution.finished_sequence > other->execution.finished_sequence;
}

bool counts(const RecordedExecution& recorded) {
  return recorded.execution.finished_sequence != 0 && recorded.duration() &&
         recorded.execution.state() != ExecutionState::upstream_failed &&
         recorded.execution.state() != ExecutionState::blocked;
}

}  // namespace

void mark_critical_path(std::vector<RecordedExecution>& executions, const Graph& graph) {
  std::unordered_map<std::string_view, RecordedExecution*> last_of_task;
  RecordedExecution* next = nullptr;
  for (RecordedExecution& recorded : executions) {
    if (!counts(recorded)) continue;
    RecordedExecution*& last = last_of_task[recorded.execution.start.task_id];
    if (ended_later(recorded, last)) last = &recorded;
    if (ended_later(recorded, next)) next = &recorded;
  }
  while (next != nullptr) {
    next->is_on_critical_path = true;
    const auto task = graph.find(next->execution.start.task_id);
    const std::int64_t began = next->execution.started_sequence;
    next = nullptr;
    if (!task) break;
    for (const TaskIndex dependency : graph.dependencies(*task)) {
      const auto found = last_of_task.find(graph.task_id(dependency));
      if (found == last_of_task.end()) continue;
      RecordedExecution* candidate = found->second;
      if (candidate->execution.finished_sequence < began && ended_later(*candidate, next))
        next = candidate;
    }
  }
}

}  // namespace rota::inline v1
