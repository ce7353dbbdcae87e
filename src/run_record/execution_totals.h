// SPDX-License-Identifier: Apache-2.0
// How often each task ended in each state, and how long that took. Knows nothing of runs.
#pragma once

#include <rota/execution_log.h>
#include <rota/export.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace rota::inline v1 {

struct ExecutionTotal {
  std::uint64_t count = 0;
  std::chrono::microseconds duration{0};  // of those whose clock was not set back meanwhile
};

using ExecutionTotals = std::map<std::pair<std::string, ExecutionState>, ExecutionTotal>;

// Of all executions of the log that have ended, in one pass.
ROTA_EXPORT ExecutionTotals execution_totals(const ExecutionLog& log);

}  // namespace rota::inline v1
