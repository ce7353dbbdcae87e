// SPDX-License-Identifier: Apache-2.0
// Several writes one after the other, for logs that have no better way.
#include <rota/execution_log.h>

namespace rota::inline v1 {
namespace {

void write_one(ExecutionLog& log, ExecutionChange& change) {
  switch (change.kind) {
    case ExecutionChange::Kind::begin:
      change.handle = log.begin_execution(change.start);
      change.done = true;
      break;
    case ExecutionChange::Kind::finish:
      change.done = log.finish_execution(change.handle, change.end);
      break;
    case ExecutionChange::Kind::record:
      change.handle.task_run_id = log.record_task_execution(change.start, change.end);
      change.done = true;
      break;
  }
}

}  // namespace

void ExecutionLog::write_executions(std::span<ExecutionChange> changes) noexcept {
  for (ExecutionChange& change : changes) {
    try {
      write_one(*this, change);
    } catch (...) {
      change.error = std::current_exception();
    }
  }
}

}  // namespace rota::inline v1
