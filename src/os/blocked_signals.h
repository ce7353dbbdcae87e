// SPDX-License-Identifier: Apache-2.0
// Keeps signals for the program away from a thread of the library. Knows nothing of what it does.
#pragma once

#include <pthread.h>

#include <csignal>

namespace rota::inline v1 {

// While it lives, and in threads that are started meanwhile, only faults of the thread itself are delivered. A write
// over the limit for the size of files then gives an error instead of ending the process.
class BlockedSignals {
 public:
  BlockedSignals() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT})
      ::sigdelset(&all, fault);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace rota::inline v1
