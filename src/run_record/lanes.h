// SPDX-License-Identifier: Apache-2.0
// Which executions of a run ran on the same worker. Knows nothing of tasks.
#pragma once

#include "run_record/run_record.h"

#include <cstddef>
#include <vector>

namespace rota::inline v1 {

// Sets the lane of each execution that took time; gives how many lanes there are. Where the log does not name
// the worker, an execution is put into the first lane that is free when it begins: as many lanes as ran at the
// same time.
std::size_t assign_lanes(std::vector<RecordedExecution>& executions);

}  // namespace rota::inline v1
