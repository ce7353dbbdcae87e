// SPDX-License-Identifier: Apache-2.0
// A run under way, in the lines of a terminal. Pure functions: knows no clock and no terminal.
#pragma once

#include <rota/export.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

struct TerminalShape {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool is_utf8 = false;
  bool has_colour = false;
};

struct RunningTask {
  std::string task_id = {};
  std::chrono::microseconds elapsed{0};
};

struct RunProgress {
  std::size_t to_run = 0;
  std::size_t done = 0;    // ended, or given up because of others
  std::size_t failed = 0;  // of these, what did not succeed
  std::vector<RunningTask> running = {};
  std::optional<std::chrono::microseconds> left = {};  // about so long

  std::size_t waiting() const noexcept { return to_run - std::min(to_run, done + running.size()); }
};

// A line of figures with a bar, then one for each task that runs, as many as there is room for. None is as wide as
// the terminal, and there are fewer of them than rows.
ROTA_EXPORT std::vector<std::string> live_view(const RunProgress& progress,
                                               const TerminalShape& shape);

// `text`, which is printable, as such a terminal can show it: where it has no UTF-8, other characters than those of
// ASCII are shown as escapes.
ROTA_EXPORT std::string fit_for(const TerminalShape& shape, std::string text);

// The name of a state, in its colour where there are colours; `width` as of the plain name, filled with blanks.
ROTA_EXPORT std::string coloured_state(std::string_view state, std::size_t width,
                                       const TerminalShape& shape);

}  // namespace rota::inline v1
