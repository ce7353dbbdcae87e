// SPDX-License-Identifier: Apache-2.0
#include "runner/log_queue.h"

#include <pthread.h>
#include <signal.h>

#include <iterator>

namespace rota::inline v1 {

LogQueue::LogQueue(ExecutionLog& log, std::function<void()> written)
    : log_(log), tell_(std::move(written)) {}

void LogQueue::start() {
  // Signals for the program are for its own threads.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { serve(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LogQueue::~LogQueue() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  queued_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void LogQueue::write(std::vector<QueuedChange>& changes) {
  if (changes.empty()) return;
  if (!thread_.joinable()) start();
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) {
      queue_.swap(changes);
    } else {
      std::move(changes.begin(), changes.end(), std::back_inserter(queue_));
    }
  }
  changes.clear();
  queued_.notify_one();
}

void LogQueue::take_written(std::vector<QueuedChange>& written) {
  const std::lock_guard lock(mutex_);
  std::move(written_.begin(), written_.end(), std::back_inserter(written));
  written_.clear();
}

std::chrono::nanoseconds LogQueue::typical_duration() const {
  const std::lock_guard lock(mutex_);
  return typical_;
}

void LogQueue::serve() {
  std::vector<QueuedChange> batch;
  std::unique_lock lock(mutex_);
  for (;;) {
    queued_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    batch.swap(queue_);
    lock.unlock();
    const auto began = std::chrono::steady_clock::now();
    write_batch(batch);
    const auto took = std::chrono::steady_clock::now() - began;
    lock.lock();
    typical_ = (typical_ * 3 + took) / 4;
    std::move(batch.begin(), batch.end(), std::back_inserter(written_));
    batch.clear();
    lock.unlock();
    tell_();
    lock.lock();
  }
}

void LogQueue::write_batch(std::vector<QueuedChange>& batch) {
  std::vector<ExecutionChange> changes;
  changes.reserve(batch.size());
  for (QueuedChange& queued : batch) changes.push_back(std::move(queued.change));
  log_.write_executions(changes);
  for (std::size_t at = 0; at < batch.size(); ++at) batch[at].change = std::move(changes[at]);
}

}  // namespace rota::inline v1
