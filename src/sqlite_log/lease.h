// SPDX-License-Identifier: Apache-2.0
// Owners on other hosts: whether one is still there, when neither its process can be seen nor its clock trusted.
// Knows nothing of how transactions are made.
//
// An owner renews the lease of its active executions every kRenewEvery: it writes a number that grows. Whoever would
// know of an owner that cannot be judged here puts a doubt in its place, a negative number with its host and the time
// since that was started. The next renewal removes the doubt; one that has stood for kDoubtStands, by the same clock
// of the same boot of the same host, shows that the owner is gone. So no two clocks are ever compared, no clock
// counts that can be set, and a doubt outlives the process that had it.
#pragma once

#include "execution_log/owners.h"
#include <rota/execution_log.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace rota::inline v1 {

inline constexpr std::chrono::seconds kRenewEvery(20);
inline constexpr std::chrono::seconds kDoubtStands(180);

// The number that an owner writes next, after the one that is there; both may be none.
std::int64_t renewed_lease(std::optional<std::int64_t> before, TimePoint now);

// Of one host since it was started: 20 bits of its name and boot.
std::uint32_t doubter_of(const Owner& self);

enum class LeaseState : std::uint8_t {
  lives,     // as far as is known: it is doubted already, and not for long enough
  to_doubt,  // nobody doubts it, or one whose doubt gives way to this one
  gone,
};
LeaseState judge_lease(std::optional<std::int64_t> lease, std::uint32_t doubter,
                       std::chrono::milliseconds since_boot);
// What is written of an execution whose owner is gone.
std::string lease_lost_message(const Owner& owner);
// The number for LeaseState::to_doubt.
std::int64_t doubt(std::uint32_t doubter, std::chrono::milliseconds since_boot);

}  // namespace rota::inline v1
