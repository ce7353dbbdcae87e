// SPDX-License-Identifier: Apache-2.0
// Which of the tasks that are ready begins first. Knows nothing of where they run.
#pragma once

#include <rota/execution_log.h>
#include <rota/plan.h>

#include <cstdint>
#include <vector>

namespace rota::inline v1 {

// By task: how long the longest way from its beginning to the end of the plan takes, in microseconds. A task takes
// the median of its last successes, or in a plan with more than kMaxTasksLookedUp to run the time of the latest one,
// which is known of all tasks in one pass; one without any takes as long as a typical one.
inline constexpr std::size_t kMaxTasksLookedUp = 5000;
std::vector<std::int64_t> critical_path_lengths(const Plan& plan, const ExecutionLog& log);

}  // namespace rota::inline v1
