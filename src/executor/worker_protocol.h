// SPDX-License-Identifier: Apache-2.0
// What runner and worker say to each other, as frames. Knows nothing of how they are carried.
//
//   worker: hello                                       once, at its beginning
//   runner: execute        worker: logged*, ended       one at a time
//
// The kinds and their fields belong to kProtocolVersion; a worker of another version is refused.
#pragma once

#include "executor/executor.h"
#include "executor/frames.h"

#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v1 {

inline constexpr std::uint32_t kProtocolVersion = 1;

enum class MessageKind : std::uint8_t { hello = 1, execute = 2, logged = 3, ended = 4 };

// What a worker is told of an execution.
struct WorkerOrder {
  std::string plugin = {};           // empty: the class is one of the program itself
  std::string plugin_identity = {};  // TaskClass::location_identity()
  std::string task_id = {};
  ExecutionRequest request = {};  // without number, task_class and output_file
};

// What it used in all so far, of which the runner knows what one took that ended with its worker.
struct WorkerResult {
  ExecutionEnd end = {};
  std::chrono::microseconds cpu_time_so_far{0};
};

struct LoggedMessage {
  LogLevel level = LogLevel::info;
  std::string message = {};
};

// Each appends one frame. False: it would be too long, and nothing is appended.
bool append_hello(std::string& out);
bool append_order(std::string& out, const ExecutionRequest& request);
bool append_logged(std::string& out, LogLevel level, std::string_view message);
bool append_result(std::string& out, const WorkerResult& result);

// Each gives nothing where the bytes are no such message.
std::optional<std::uint32_t> read_hello(std::string_view bytes);
std::optional<WorkerOrder> read_order(std::string_view bytes);
std::optional<LoggedMessage> read_logged(std::string_view bytes);
std::optional<WorkerResult> read_result(std::string_view bytes);

}  // namespace rota::inline v1
