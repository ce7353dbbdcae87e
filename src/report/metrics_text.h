// SPDX-License-Identifier: Apache-2.0
// Executions as metrics in Prometheus's text exposition format 0.0.4; docs/reports.md names them. Pure functions.
#pragma once

#include "run_record/execution_totals.h"
#include <rota/export.h>
#include <rota/runner.h>

#include <string>

namespace rota::inline v1 {

// `at` is when the run ended.
ROTA_EXPORT std::string metrics_text(const ExecutionTotals& totals, const RunSummary& last_run,
                                     TimePoint at);

}  // namespace rota::inline v1
