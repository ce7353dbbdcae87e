// SPDX-License-Identifier: Apache-2.0
#include "run_record/lanes.h"

#include <algorithm>

namespace rota::inline v1 {
namespace {

// After all that is known: it still runs.
constexpr TimePoint kNever = TimePoint::max();
// A log may have been imported, and name any number.
constexpr int kMostWorkers = 4'096;

bool took_time(const Execution& execution) noexcept {
  const ExecutionState state = execution.state();
  return state != ExecutionState::upstream_failed && state != ExecutionState::blocked &&
         state != ExecutionState::skipped_up_to_date;
}

}  // namespace

std::size_t assign_lanes(std::vector<RecordedExecution>& executions) {
  std::vector<RecordedExecution*> by_start;
  std::size_t named = 0;  // the highest worker that the log names
  for (RecordedExecution& recorded : executions) {
    if (!took_time(recorded.execution)) continue;
    const int worker = recorded.execution.start.worker;
    const bool is_named = worker > 0 && worker <= kMostWorkers;
    if (is_named) {
      recorded.lane = static_cast<std::size_t>(worker) - 1;
      named = std::max(named, recorded.lane + 1);
    } else {
      by_start.push_back(&recorded);
    }
  }
  std::ranges::stable_sort(by_start, {}, [](const RecordedExecution* recorded) {
    return recorded->execution.started_at;
  });
  std::vector<TimePoint> free_from;
  for (RecordedExecution* recorded : by_start) {
    const Execution& execution = recorded->execution;
    const auto lane = std::ranges::find_if(
        free_from, [&](TimePoint moment) { return moment <= execution.started_at; });
    const auto number = static_cast<std::size_t>(lane - free_from.begin());
    if (lane == free_from.end()) free_from.emplace_back();
    free_from[number] = std::max(execution.finished_at.value_or(kNever), execution.started_at);
    recorded->lane = named + number;
  }
  return named + free_from.size();
}

}  // namespace rota::inline v1
