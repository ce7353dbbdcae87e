// SPDX-License-Identifier: Apache-2.0
// Writes of a run to the log, off its thread: what is queued while the log waits for the disk is its next write.
// Order is kept. Knows nothing of what is written.
#pragma once

#include <rota/execution_log.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace rota::inline v1 {

struct QueuedChange {
  std::uint64_t number = 0;  // the caller's name for it
  ExecutionChange change = {};
};

class LogQueue {
 public:
  // `written` is called from the thread of the queue when there are answers.
  LogQueue(ExecutionLog& log, std::function<void()> written);
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;
  // Writes what is queued first.
  ~LogQueue();

  // Hands over all of `changes`, in their order, and leaves it empty.
  void write(std::vector<QueuedChange>& changes);
  // Appends what was written, in order.
  void take_written(std::vector<QueuedChange>& written);
  // How long a write takes, as it was lately.
  std::chrono::nanoseconds typical_duration() const;

 private:
  void start();
  void serve();
  void write_batch(std::vector<QueuedChange>& batch);

  ExecutionLog& log_;
  const std::function<void()> tell_;
  mutable std::mutex mutex_;
  std::condition_variable queued_;
  std::vector<QueuedChange> queue_;
  std::vector<QueuedChange> written_;
  std::chrono::nanoseconds typical_{0};
  bool ending_ = false;
  std::thread thread_;  // from the first write on
};

}  // namespace rota::inline v1
