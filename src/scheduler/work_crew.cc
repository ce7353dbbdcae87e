// SPDX-License-Identifier: Apache-2.0
#include "scheduler/work_crew.h"

#include <algorithm>
#include <thread>

namespace rota::inline v1 {
namespace {

// How many of the first nodes a worker takes over at a time, and how many it steals: few enough that all
// get some, many enough that they seldom meet.
constexpr std::size_t kFirstAtATime = 64;
constexpr std::size_t kStolenAtATime = 32;
// A worker without work looks around so often before it sleeps: some microseconds, the time that
// waking it would take.
constexpr int kLooks = 100;

}  // namespace

WorkCrew::WorkCrew(std::size_t workers, std::span<const NodeIndex> first, std::size_t total)
    : count_(std::max<std::size_t>(workers, 1)),
      workers_(std::make_unique<Worker[]>(count_)),
      first_(first),
      left_(total) {
  ended_ = total == 0;
}

WorkCrew::~WorkCrew() = default;

NodeIndex WorkCrew::find(std::size_t worker, std::size_t& done) {
  for (;;) {
    for (int look = 0; look < kLooks; ++look) {
      if (ended()) return kNoNode;
      if (const NodeIndex node = take_first(worker); node != kNoNode) return node;
      if (count_ == 1) break;
      if (const NodeIndex node = steal(worker); node != kNoNode) return node;
      if (look % 16 == 15) std::this_thread::yield();
    }
    if (!sleep(done)) return kNoNode;
  }
}

// Those that are taken over lie in the worker's own deque, where others may steal them.
NodeIndex WorkCrew::take_first(std::size_t worker) {
  if (first_taken_.load(std::memory_order_relaxed) >= first_.size()) return kNoNode;
  const std::size_t begin = first_taken_.fetch_add(kFirstAtATime, std::memory_order_seq_cst);
  if (begin >= first_.size()) return kNoNode;
  const auto taken = first_.subspan(begin, std::min(kFirstAtATime, first_.size() - begin));
  for (const NodeIndex node : taken.subspan(1)) put(worker, node);
  if (taken.size() > 1) offer(worker);
  return taken.front();
}

NodeIndex WorkCrew::steal(std::size_t worker) {
  for (std::size_t step = 1; step < count_; ++step) {
    NodeDeque& victim = workers_[(worker + step) % count_].ready;
    const NodeIndex node = victim.steal();
    if (node == kNoNode) continue;
    std::size_t more = std::min(victim.size() / 2, kStolenAtATime);
    bool any = false;
    for (; more > 0; --more) {
      const NodeIndex further = victim.steal();
      if (further == kNoNode) break;
      put(worker, further);
      any = true;
    }
    if (any) offer(worker);
    return node;
  }
  return kNoNode;
}

bool WorkCrew::is_work_there() const noexcept {
  if (first_taken_.load(std::memory_order_seq_cst) < first_.size()) return true;
  return std::any_of(workers_.get(), workers_.get() + count_,
                     [](const Worker& worker) { return worker.ready.size() > 0; });
}

// Whoever offers work has published it before it looks for sleepers; who sleeps is counted before it
// looks for work. One of the two sees the other.
bool WorkCrew::sleep(std::size_t& done) {
  std::unique_lock lock(mutex_);
  left_ -= done;
  done = 0;
  if (left_ == 0 && !ended_) {
    ended_ = true;
    wake_.notify_all();
  }
  if (ended_) return false;
  sleeping_.fetch_add(1, std::memory_order_seq_cst);
  if (is_work_there()) {
    sleeping_.fetch_sub(1, std::memory_order_seq_cst);
    return true;
  }
  wake_.wait(lock, [this] { return calls_ > 0 || ended_; });
  if (ended_) return false;
  --calls_;
  return true;
}

// A sleeper that is called is counted as awake at once, so that it is called once.
void WorkCrew::wake_one() {
  {
    const std::lock_guard lock(mutex_);
    if (sleeping_.load(std::memory_order_seq_cst) == 0) return;
    sleeping_.fetch_sub(1, std::memory_order_seq_cst);
    ++calls_;
  }
  wake_.notify_one();
}

void WorkCrew::end() noexcept {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
}

}  // namespace rota::inline v1
