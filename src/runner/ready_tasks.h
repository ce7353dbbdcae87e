// SPDX-License-Identifier: Apache-2.0
// The tasks that may begin: those that are ready, by priority; those that wait for a place in a pool; those that
// wait for the moment of a retry. Knows nothing of what they do.
#pragma once

#include "runner/pools.h"
#include <rota/graph.h>
#include <rota/policy.h>

#include <chrono>
#include <optional>
#include <queue>
#include <vector>

namespace rota::inline v1 {

class ReadyTasks {
 public:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::int64_t priority = 0;  // the highest first
    std::int64_t length = 0;    // of those with the same, the longest first
    TaskIndex task = 0;         // of those with the same, the first
  };

  explicit ReadyTasks(std::size_t pools) : waiting_(pools) {}

  void add(const Entry& entry) { ready_.push(entry); }
  void add_at(Clock::time_point moment, const Entry& entry) { later_.push({moment, entry}); }
  // The next one that is ready now.
  std::optional<Entry> take();
  // For one that take() gave: it waits until a place in the pool is free.
  void wait_for(Pools::Index pool, const Entry& entry) { waiting_[pool].push(entry); }
  // A place in each of these is free.
  void wake(const std::vector<Pools::Index>& pools);
  // When the next retry is due; nothing: none waits.
  std::optional<Clock::time_point> next_moment() const;
  // Nothing is ready, or will be by the time alone.
  bool is_empty() const noexcept { return ready_.empty() && later_.empty(); }

 private:
  struct After {
    bool operator()(const Entry& left, const Entry& right) const noexcept {
      if (left.priority != right.priority) return left.priority < right.priority;
      if (left.length != right.length) return left.length < right.length;
      return left.task > right.task;
    }
  };
  struct Later {
    Clock::time_point moment;
    Entry entry;
    bool operator<(const Later& other) const noexcept { return moment > other.moment; }
  };
  using Queue = std::priority_queue<Entry, std::vector<Entry>, After>;

  Queue ready_;
  std::vector<Queue> waiting_;  // by pool
  std::priority_queue<Later> later_;
};

}  // namespace rota::inline v1
