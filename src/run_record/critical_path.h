// SPDX-License-Identifier: Apache-2.0
// Which executions decided how long a run took.
#pragma once

#include "run_record/past_run.h"

#include <vector>

namespace rota::inline v1 {

// Marks the execution that ended last, of what that needed the one that ended last, and so on to one that waited
// for nothing of the run.
void mark_critical_path(std::vector<RecordedExecution>& executions, const Graph& graph);

}  // namespace rota::inline v1
