// SPDX-License-Identifier: Apache-2.0
// A mutex that a forked child never finds locked by a thread that it does not have: a fork waits until it is free.
// Knows nothing of what it guards.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace rota::inline v1 {

// BasicLockable, with a condition to wait for. A thread that holds it may fork; both hold it then. A fork that waits
// for a thread of which it is itself waited for goes on after a while: then the child must not use it.
class ForkSafeMutex {
 public:
  ForkSafeMutex();
  ForkSafeMutex(const ForkSafeMutex&) = delete;
  ForkSafeMutex& operator=(const ForkSafeMutex&) = delete;
  ~ForkSafeMutex();

  void lock();
  void unlock() noexcept;

  // By who holds it; others may have it meanwhile. False: the condition does not hold after so long.
  template <class Condition>
  bool wait_for(std::chrono::milliseconds longest, Condition condition) {
    std::unique_lock hold(mutex_, std::adopt_lock);
    holder_ = std::thread::id();
    const bool holds = changed_.wait_for(hold, longest, condition);
    holder_ = std::this_thread::get_id();
    hold.release();
    return holds;
  }
  void notify_all() noexcept { changed_.notify_all(); }

  // From now on forks are looked after: a handler that waits for who may take one has to be registered later.
  static void watch_forks();

 private:
  struct Registry;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<std::thread::id> holder_ = {};
  bool is_held_for_fork_ = false;
  ForkSafeMutex* previous_ = nullptr;
  ForkSafeMutex* next_ = nullptr;
};

}  // namespace rota::inline v1
