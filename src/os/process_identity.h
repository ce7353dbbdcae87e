// SPDX-License-Identifier: Apache-2.0
// Which process is meant, told so that a later process with the same number is not taken for it, and
// whether it has ended. Knows nothing of what a process does.
#pragma once

#include <cstdint>
#include <string>

namespace rota::inline v1 {

struct ProcessIdentity {
  std::string host = {};
  // Of the running kernel. Where the process is in a PID namespace of its own (a container), followed by
  // "/pid:[N]", because a number means another process there. Empty: unknown.
  std::string boot_id = {};
  std::int64_t pid = 0;
  std::int64_t start_ticks = 0;  // when it began, in clock ticks since boot; 0: unknown

  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

ProcessIdentity this_process();
// What started a process, or has taken it over; 0 where there is none or no such process.
std::int64_t parent_of(std::int64_t pid);

// True only when it is certain that the process has ended: it ran on this host, and the host has been
// started anew since, or there is no such process any more, or its number belongs to another one. What
// runs on another host or in another PID namespace is never certain.
bool is_dead(const ProcessIdentity& process);
// True where is_dead() is certain either way: the process runs, or ran, on this host and in this PID namespace.
bool can_judge(const ProcessIdentity& process);

}  // namespace rota::inline v1
