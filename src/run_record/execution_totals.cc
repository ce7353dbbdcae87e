// SPDX-License-Identifier: Apache-2.0
#include "run_record/execution_totals.h"

namespace rota::inline v1 {

ExecutionTotals execution_totals(const ExecutionLog& log) {
  ExecutionTotals totals;
  log.read_snapshot([&](const LogSnapshot& snapshot) {
    snapshot.for_each_execution({}, [&](const Execution& execution) {
      if (is_active(execution.state())) return true;
      ExecutionTotal& total = totals[{execution.start.task_id, execution.state()}];
      ++total.count;
      if (execution.finished_at && *execution.finished_at > execution.started_at)
        total.duration += *execution.finished_at - execution.started_at;
      return true;
    });
  });
  return totals;
}

}  // namespace rota::inline v1
