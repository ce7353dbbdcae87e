// SPDX-License-Identifier: Apache-2.0
// One worker as its runner sees it, and the execution that it is at. Knows nothing of other workers.
#pragma once

#include "executor/executor.h"
#include "executor/frames.h"
#include "executor/output_file.h"
#include "executor/worker_death.h"
#include "executor/worker_protocol.h"
#include "os/unshared_fd.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace rota::inline v1 {

struct RunningExecution {
  ExecutionRequest request;
  OutputFile output;
  Executor::Clock::time_point began = {};
  // What comes next, where time matters: asking, killing, or no longer waiting for the end of its process.
  Executor::Clock::time_point deadline = Executor::Clock::time_point::max();
  DoomedExecution how = {};
  bool is_closed = false;  // the connection is, and its process is about to end, or has to be ended
};

class WorkerProcess {
 public:
  // Makes the connection and the pipe for the output; `theirs` are the ends for the process. Throws
  // std::system_error.
  struct TheirEnds {
    UnsharedFd socket;
    UnsharedFd output;
  };
  WorkerProcess(std::uint32_t number, std::size_t slot, bool is_fresh, TheirEnds& theirs);

  // False: what could not be written yet is kept for flush().
  bool send(std::string_view bytes);
  bool flush() { return send({}); }
  // Reads what there is and gives each frame. False once the connection is closed or what came is no frame.
  bool receive(const std::function<bool(const FrameBuffer::Frame&)>& take);
  // Reads what was printed; of one that never stops, only so much at a time.
  void read_output(std::size_t most_bytes);

  const std::uint32_t number;
  const std::size_t slot;
  const bool is_fresh;
  pid_t pid = 0;
  UnsharedFd socket;
  UnsharedFd output;
  std::optional<RunningExecution> running = {};
  std::chrono::microseconds cpu_time_before{0};
  bool is_retired = false;  // gets no more work
  bool wants_to_write = false;

 private:
  FrameBuffer in_;
  std::string out_;
};

}  // namespace rota::inline v1
