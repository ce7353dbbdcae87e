// SPDX-License-Identifier: Apache-2.0
// How a log knows whose an execution is, and what time it is. Knows nothing of how executions are kept.
#pragma once

#include <rota/execution_log.h>

#include <functional>

namespace rota::inline v1 {

Owner owner_of_this_process();
bool is_owner_dead(const Owner& owner);
// Both logs give these times: one clock for all.
TimePoint log_time_now();

bool is_owner_judged_here(const Owner& owner);
// Since this host was started, by a clock that nobody sets and that all its processes share.
std::chrono::milliseconds time_since_boot();

// What a log asks; tests put other answers in.
struct Owners {
  std::function<Owner()> current = owner_of_this_process;
  // True only when it is certain that the owner has ended.
  std::function<bool(const Owner&)> is_dead = is_owner_dead;
  std::function<TimePoint()> now = log_time_now;
  // True where is_dead is certain either way.
  std::function<bool(const Owner&)> is_judged_here = is_owner_judged_here;
  std::function<std::chrono::milliseconds()> since_boot = time_since_boot;
};

}  // namespace rota::inline v1
