// SPDX-License-Identifier: Apache-2.0
// What needed what when a run was planned. Knows nothing of how it is shown.
#pragma once

#include "run_record/past_run.h"
#include <rota/export.h>
#include <rota/graph.h>
#include <rota/plan.h>

#include <string>
#include <vector>

namespace rota::inline v1 {

// The plan of a run as the log keeps it; empty where it does not. Throws PlanError where it cannot be read.
std::vector<RecordedStep> planned_steps(const ExecutionLog& log, const std::string& run_id);

// The tasks of its plan, with what each needed of them then; what else is said of them is what the registry says now.
// Where the log does not keep the plan (the run was imported), it is of those that the run executed and that are still there, with
// all that they need now. Tasks of the graph cannot be made. Throws PlanError.
ROTA_EXPORT Graph graph_of_run(const ExecutionLog& log, const PastRun& run,
                               const TaskRegistry& registry);

}  // namespace rota::inline v1
