// SPDX-License-Identifier: Apache-2.0
// How one reads a log without a WAL, which no one can read while another commits. Knows nothing of what is read.
//
// SQLite would have the reader sleep and try again, and among writers that never rest it may find the log locked
// each time. So the reader waits where they queue: when one of them gives up the lock beside the log, the file is
// free until the next one has begun and done its work.
#pragma once

#include "os/file_lock.h"

#include <chrono>
#include <filesystem>
#include <optional>

namespace rota::inline v1 {

// Of one connection; used from one thread at a time. Whoever holds the lock beside the log must not wait here.
class ReaderTurn {
 public:
  explicit ReaderTurn(std::filesystem::path lock_file) : lock_file_(std::move(lock_file)) {}

  // Waits for a writer to end, or a while, when the log was found locked so many times before in this try to read
  // it. False: it was for too long (kBusySeconds) locked by a program that does not queue.
  bool wait(int times_before) noexcept;

 private:
  bool wait_for_writer() noexcept;

  const std::filesystem::path lock_file_;
  std::optional<FileLock> gate_;
  std::chrono::milliseconds slept_{0};
};

}  // namespace rota::inline v1
