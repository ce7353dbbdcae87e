// SPDX-License-Identifier: Apache-2.0
// What the child of `rota validate` tells its parent: lines of JSON. A plugin runs in the child, so the
// parent takes nothing of it for granted. Knows no process.
#pragma once

#include <rota/task_metadata.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rota::cli {

enum class ResultStep : std::uint8_t {
  load,         // the library is being loaded
  make,         // an instance of the class is being made
  remove,       // it was made, and is being deleted
  good,         // the class is good
  failed,       // the class could not be made: see message
  load_failed,  // the library could not be loaded: see message
  end,          // no class is left, the process is ending
};

struct ResultLine {
  ResultStep step = ResultStep::end;
  std::string task_id = {};
  std::string message = {};
};

inline constexpr std::size_t kMaxResultLineBytes = std::size_t{64} * 1024;
inline constexpr std::size_t kMaxMessageBytes = 4096;

// Ended by a newline; a message is cut to kMaxMessageBytes.
std::string write_result_line(const ResultLine& line);
// Nothing where it is no such line. Without its newline; throws nothing but std::bad_alloc.
std::optional<ResultLine> read_result_line(std::string_view text);

// The names of the parameters that a class cannot be made without, with ", " between; empty: none.
std::string required_arguments(const TaskMetadata& metadata);

}  // namespace rota::cli
