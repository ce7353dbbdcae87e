// SPDX-License-Identifier: Apache-2.0
#include "os/fork_safe_mutex.h"

#include <pthread.h>

#include <new>

namespace rota::inline v1 {
namespace {

constexpr std::chrono::milliseconds kPatience{3000};
constexpr std::chrono::microseconds kPause{100};

thread_local int held = 0;  // by this thread

}  // namespace

// All of the process.
struct ForkSafeMutex::Registry {
  std::mutex mutex;
  ForkSafeMutex* first = nullptr;
  std::atomic<bool> is_fork_due = false;  // who holds none takes none

  static Registry& instance() {
    // Never destroyed: a fork may come while the program ends.
    static Registry* const registry = [] {
      ::pthread_atfork([] { instance().before_fork(); }, [] { instance().after_fork_in_parent(); },
                       [] { instance().after_fork_in_child(); });
      return new Registry;
    }();
    return *registry;
  }

  // Some are taken while others are held, in whatever order: with one in hand none is waited for.
  void before_fork() noexcept {
    mutex.lock();
    is_fork_due = true;
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (!try_lock_all() && std::chrono::steady_clock::now() < give_up) {
      unlock_all();
      std::this_thread::sleep_for(kPause);
    }
  }

  bool try_lock_all() noexcept {
    bool all = true;
    for (ForkSafeMutex* one = first; one != nullptr; one = one->next_) {
      if (one->holder_ == std::this_thread::get_id()) continue;
      one->is_held_for_fork_ = one->mutex_.try_lock();
      all = all && one->is_held_for_fork_;
    }
    return all;
  }

  void unlock_all() noexcept {
    for (ForkSafeMutex* one = first; one != nullptr; one = one->next_) {
      if (std::exchange(one->is_held_for_fork_, false)) one->mutex_.unlock();
    }
  }

  void after_fork_in_parent() noexcept {
    unlock_all();
    is_fork_due = false;
    is_fork_due.notify_all();
    mutex.unlock();
  }

  // Who waited is not in this process.
  void after_fork_in_child() noexcept {
    for (ForkSafeMutex* one = first; one != nullptr; one = one->next_)
      new (&one->changed_) std::condition_variable;
    after_fork_in_parent();
  }
};

ForkSafeMutex::ForkSafeMutex() {
  Registry& registry = Registry::instance();
  const std::lock_guard hold(registry.mutex);
  next_ = registry.first;
  if (next_ != nullptr) next_->previous_ = this;
  registry.first = this;
}

ForkSafeMutex::~ForkSafeMutex() {
  Registry& registry = Registry::instance();
  const std::lock_guard hold(registry.mutex);
  (previous_ == nullptr ? registry.first : previous_->next_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

void ForkSafeMutex::watch_forks() { Registry::instance(); }

void ForkSafeMutex::lock() {
  if (held == 0) Registry::instance().is_fork_due.wait(true);
  mutex_.lock();
  ++held;
  holder_ = std::this_thread::get_id();
}

void ForkSafeMutex::unlock() noexcept {
  holder_ = std::thread::id();
  --held;
  mutex_.unlock();
}

}  // namespace rota::inline v1
