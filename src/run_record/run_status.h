// SPDX-License-Identifier: Apache-2.0
// What the log says of the run that is under way, or of the last one. Knows nothing of how it is shown.
#pragma once

#include <rota/execution_log.h>
#include <rota/export.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace rota::inline v1 {

// Of tasks counts the last attempt.
struct RunStatus {
  std::string run_id = {};  // empty: no run is in the log
  Owner owner = {};
  TimePoint began{};
  std::optional<TimePoint> ended = {};  // nothing: it is under way
  bool was_killed =
      false;  // its process ended without a word; `ended` is the last that is known of it
  std::vector<Execution> running = {};       // by their starts
  std::vector<Execution> unsuccessful = {};  // by their ends
  std::size_t succeeded = 0;
  std::size_t not_reached = 0;  // given up because of others
  // What its plan would run and has not begun; nothing where that is not known.
  std::optional<std::size_t> waiting = {};
  std::size_t workers = 1;                             // as far as its executions have shown them
  std::optional<std::chrono::microseconds> left = {};  // see estimate_time_left

  bool is_active() const noexcept { return !ended; }
};

// Of the newest run with an execution that is active; where none is, of the newest run.
ROTA_EXPORT RunStatus read_run_status(const ExecutionLog& log);

// How long that run will still take, by what its tasks took before. Nothing where it has ended, where its plan is not
// kept or has more than 20,000 tasks left, or where of less than half of them it is known what they take.
ROTA_EXPORT std::optional<std::chrono::microseconds> estimate_time_left(const ExecutionLog& log,
                                                                        const RunStatus& status,
                                                                        TimePoint now);

}  // namespace rota::inline v1
