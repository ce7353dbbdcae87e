// SPDX-License-Identifier: Apache-2.0
#include "execution_log/owners.h"

#include "os/process_identity.h"

#include <ctime>

namespace rota::inline v1 {

Owner owner_of_this_process() {
  ProcessIdentity process = this_process();
  return {std::move(process.host), std::move(process.boot_id), process.pid, process.start_ticks};
}

bool is_owner_dead(const Owner& owner) {
  return is_dead(ProcessIdentity{owner.host, owner.boot_id, owner.pid, owner.start_ticks});
}

bool is_owner_judged_here(const Owner& owner) {
  return can_judge(ProcessIdentity{owner.host, owner.boot_id, owner.pid, owner.start_ticks});
}

std::chrono::milliseconds time_since_boot() {
  struct timespec now {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::milliseconds(std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000);
}

TimePoint log_time_now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace rota::inline v1
