// SPDX-License-Identifier: Apache-2.0
// Batches handed from one thread to another, in order, a few of them ahead. Knows nothing of what is in them. What was
// taken goes back, so that the thread that made it gives its memory back: another one would wait for the allocator.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace rota::inline v1 {

template <class Item>
class HandOver {
 public:
  using Batch = std::vector<Item>;

  // Waits while kMost are waiting to be taken. False: nobody takes any more.
  bool give(Batch batch) {
    std::unique_lock hold(mutex_);
    changed_.wait(hold, [this] { return is_closed_ || waiting_.size() < kMost; });
    if (is_closed_) return false;
    waiting_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
  }
  // By the one who gives: that was all.
  void end() noexcept {
    const std::lock_guard hold(mutex_);
    is_ended_ = true;
    changed_.notify_all();
  }
  // Waits for the next batch; an empty one is the end.
  Batch take() {
    std::unique_lock hold(mutex_);
    changed_.wait(hold, [this] { return is_ended_ || !waiting_.empty(); });
    if (waiting_.empty()) return {};
    Batch batch = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    return batch;
  }
  // By the one who takes: done with that one.
  void give_back(Batch batch) {
    const std::lock_guard hold(mutex_);
    used_.push_back(std::move(batch));
  }
  // By the one who gives: an empty batch.
  Batch make() {
    Batch batch;
    {
      const std::lock_guard hold(mutex_);
      if (used_.empty()) return batch;
      batch = std::move(used_.back());
      used_.pop_back();
    }
    batch.clear();
    return batch;
  }
  // By the one who takes: whoever gives goes on, and is told.
  void close() noexcept {
    const std::lock_guard hold(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

 private:
  static constexpr std::size_t kMost = 4;

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<Batch> waiting_;
  std::vector<Batch> used_;
  bool is_ended_ = false;
  bool is_closed_ = false;
};

}  // namespace rota::inline v1
