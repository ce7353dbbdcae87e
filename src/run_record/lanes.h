// SPDX-License-Identifier: Apache-2.0
// Which executions of a run ran on the same worker. Knows nothing of tasks.
#pragma once

#include "run_record/past_run.h"

#include <cstddef>
#include <vector>

namespace rota::inline v1 {

// Sets the lane of each execution that took time: that of its worker where the log names one. Others are put into
// the first further lane that is free when they begin: as many lanes as ran at the same time. Gives how many lanes
// there are.
std::size_t assign_lanes(std::vector<RecordedExecution>& executions);

}  // namespace rota::inline v1
