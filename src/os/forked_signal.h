// SPDX-License-Identifier: Apache-2.0
// Signals that a forked child gets with the handlers and pipes of its parent still in place. Knows no handler.
#pragma once

#include <signal.h>
#include <unistd.h>

namespace rota::inline v1 {

// For a handler that `owner` installed: whether this is a process that was forked from it. The signal is for that
// process alone then, and does there what it does by default, once the handler has returned.
inline bool leave_to_forked_child(pid_t owner, int number) {
  if (::getpid() == owner) return false;
  ::signal(number, SIG_DFL);
  ::raise(number);
  return true;
}

}  // namespace rota::inline v1
