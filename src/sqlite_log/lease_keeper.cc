// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/lease_keeper.h"

#include "os/blocked_signals.h"

#include <pthread.h>

#include <exception>
#include <system_error>

namespace rota::inline v1 {

void LeaseKeeper::keep() noexcept {
  const std::lock_guard hold(mutex_);
  if (ending_ || has_leases_) return;
  try {
    const BlockedSignals blocked;  // the new thread inherits it
    if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
  } catch (const std::system_error&) {
    return;  // at the next begin
  }
  has_leases_ = true;
  changed_.notify_one();
}

void LeaseKeeper::stop() noexcept {
  {
    const std::lock_guard hold(mutex_);
    ending_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void LeaseKeeper::serve() {
  ::pthread_setname_np(::pthread_self(), "rota-lease");
  std::unique_lock hold(mutex_);
  for (;;) {
    changed_.wait(hold, [this] { return ending_ || has_leases_; });
    if (changed_.wait_for(hold, every_, [this] { return ending_; })) return;
    // What begins meanwhile calls keep() again.
    has_leases_ = false;
    hold.unlock();
    bool is_needed = true;
    try {
      is_needed = renew_();
    } catch (const std::exception&) {
      // The next write of an execution tells what is wrong with the log.
    }
    hold.lock();
    has_leases_ = has_leases_ || is_needed;
  }
}

}  // namespace rota::inline v1
