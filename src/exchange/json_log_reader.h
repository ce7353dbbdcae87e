// SPDX-License-Identifier: Apache-2.0
// Reads a JSON log piece by piece: an execution, a task, another key. Knows the outer shape only, not what is in
// the pieces; holds one of them at a time.
#pragma once

#include "exchange/byte_source.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

namespace rota::inline v1 {

// The input is no JSON log; the message says why, without the position.
class NotAJsonLog : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A value of the input, and why it cannot be kept exactly as it is: then only part of it is there.
struct JsonPiece {
  nlohmann::json value = {};
  std::string fault =
      {};  // a key that is there twice, a number too large, too many levels; else empty
  Position position = {};  // of its beginning
};

struct JsonLogEvents {
  // The next element of "executions".
  std::function<void(JsonPiece)> execution;
  // "tasks" is there; then each member of it.
  std::function<void()> tasks;
  std::function<void(const std::string& task_id, JsonPiece)> task;
  // A member of the log itself besides these two.
  std::function<void(const std::string& key, JsonPiece)> field;
};

inline constexpr std::size_t kMaxJsonLevels = 64;
inline constexpr std::uint64_t kMaxPieceBytes = std::uint64_t{64} << 20;

// Throws NotAJsonLog, with source.position() where it was found, and what the events throw.
void read_json_log(ByteSource& source, const JsonLogEvents& events);

}  // namespace rota::inline v1
