// SPDX-License-Identifier: Apache-2.0
// Children of this process that nobody waits for, and how they are ended. Where this process is a subreaper
// (prctl(2)), whatever its children leave behind becomes its child. Knows nothing of who started them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace rota::inline v1 {

std::vector<pid_t> children_of(pid_t process);

// Kills those that `is_meant` says and all that becomes our child by that, and takes their ends. Gives up after some
// seconds on what the kernel cannot end.
void end_children(const std::function<bool(pid_t)>& is_meant);

// Takes the ends of children that have ended. False: some live.
bool take_ended_children();

// "sleep (4711)", "2 processes: sleep (4711), cat (4712)"; empty where there are none.
std::string describe_children();

// The resident memory of a process and all its descendants.
std::uint64_t resident_bytes_of_tree(pid_t process);

}  // namespace rota::inline v1
