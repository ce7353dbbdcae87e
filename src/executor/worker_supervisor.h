// SPDX-License-Identifier: Apache-2.0
// The process between a runner and its workers. It stays small and has one thread, so that it may fork: a worker
// costs a fraction of what a new program does, and nothing of what the runner has in memory. All that workers start
// and leave behind becomes its child, so that it can end that too, and it ends all of it when the runner is gone.
// Knows nothing of tasks.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace rota::inline v1 {

// Open files of the supervisor, as its runner gives them.
struct SupervisorFds {
  static constexpr int kControl = 3;     // a socket of packets: orders in, events out
  static constexpr int kRunnerLock = 4;  // held locked by all processes of a runner
  static constexpr int kTokensToRead = 5;
  static constexpr int kTokensToWrite = 6;
  static constexpr int kFirstFree = 7;
};

struct SupervisorOrder {
  enum Kind : std::uint32_t {
    start = 1,  // comes with two open files: the worker's socket, and where its output goes
    signal = 2,
  };
  std::uint32_t kind = 0;
  std::uint32_t worker = 0;  // the runner's number for it
  std::int32_t signal_number = 0;
};

struct SupervisorEvent {
  enum Kind : std::uint32_t {
    started = 1,  // pid
    failed = 2,   // status: errno
    ended = 3,    // after all that it started was ended too
  };
  std::uint32_t kind = 0;
  std::uint32_t worker = 0;
  std::int32_t pid = 0;
  std::int32_t by_signal = 0;
  std::int32_t status = 0;  // exit status, or the signal
  std::int64_t cpu_microseconds = 0;
  std::uint64_t peak_memory_bytes = 0;
};

// Serves until the runner is gone. Gives the exit status.
int supervise_workers(pid_t runner);

}  // namespace rota::inline v1
