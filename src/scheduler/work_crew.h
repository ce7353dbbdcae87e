// SPDX-License-Identifier: Apache-2.0
// Workers that share ready nodes: each has a deque of its own and steals from the others when that is
// empty; one that finds nothing sleeps, and is woken when there is work again. Knows numbers only: what a node is,
// and what makes it ready, it does not know.
#pragma once

#include "scheduler/node_deque.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace rota::inline v1 {

class WorkCrew {
 public:
  // `first` are ready from the start, and borrowed. The work ends when `total` nodes are done.
  WorkCrew(std::size_t workers, std::span<const NodeIndex> first, std::size_t total);
  WorkCrew(const WorkCrew&) = delete;
  WorkCrew& operator=(const WorkCrew&) = delete;
  ~WorkCrew();

  std::size_t workers() const noexcept { return count_; }

  // By worker `worker` on its own thread. What is put can be had by others after offer().
  void put(std::size_t worker, NodeIndex node) { workers_[worker].ready.put(node); }
  void offer(std::size_t worker) {
    workers_[worker].ready.publish();
    if (sleeping_.load(std::memory_order_seq_cst) > 0) wake_one();
  }
  // A ready node; waits for one. `done` nodes have been done since the last call, and count.
  // kNoNode: all are done, or the end was asked for.
  NodeIndex take(std::size_t worker, std::size_t& done) {
    const NodeIndex node = workers_[worker].ready.take();
    return node != kNoNode ? node : find(worker, done);
  }

  // From any thread: take() gives nothing more.
  void end() noexcept;
  bool ended() const noexcept { return ended_.load(std::memory_order_relaxed); }

 private:
  struct Worker {
    NodeDeque ready;
  };

  NodeIndex find(std::size_t worker, std::size_t& done);
  NodeIndex take_first(std::size_t worker);
  NodeIndex steal(std::size_t worker);
  bool is_work_there() const noexcept;
  // False: the work has ended.
  bool sleep(std::size_t& done);
  void wake_one();

  const std::size_t count_;
  const std::unique_ptr<Worker[]> workers_;
  const std::span<const NodeIndex> first_;
  alignas(64) std::atomic<std::size_t> first_taken_{0};
  alignas(64) std::atomic<std::size_t> sleeping_{0};  // and not yet called
  std::atomic<bool> ended_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::size_t calls_ = 0;  // sleepers that may go on
  std::size_t left_;       // nodes that are not known to be done
};

}  // namespace rota::inline v1
