// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/lease.h"

#include "os/one_line.h"
#include "os/sha256.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// A doubt is -(doubter << kTimeBits | milliseconds) - 1, which is below 0 for all of them.
constexpr unsigned kTimeBits = 43;  // 278 years
constexpr unsigned kDoubterBits = 20;
constexpr std::int64_t kTimeMask = (std::int64_t{1} << kTimeBits) - 1;

}  // namespace

std::int64_t renewed_lease(std::optional<std::int64_t> before, TimePoint now) {
  const std::int64_t told = std::max<std::int64_t>(now.time_since_epoch().count(), 1);
  return std::max(told, before.value_or(0) + 1);
}

std::uint32_t doubter_of(const Owner& self) {
  std::uint32_t number = 0;
  std::memcpy(&number, sha256_of(self.host + '\0' + self.boot_id).data(), sizeof(number));
  return number >> (32 - kDoubterBits);
}

LeaseState judge_lease(std::optional<std::int64_t> lease, std::uint32_t doubter,
                       std::chrono::milliseconds since_boot) {
  if (lease.value_or(0) >= 0) return LeaseState::to_doubt;
  const std::int64_t doubt = -(*lease + 1);
  const auto who = static_cast<std::uint32_t>(doubt >> kTimeBits);
  // Of several hosts the one with the largest number goes on doubting, or none would ever come to an end.
  if (who != doubter) return who < doubter ? LeaseState::to_doubt : LeaseState::lives;
  const std::chrono::milliseconds stands =
      since_boot - std::chrono::milliseconds(doubt & kTimeMask);
  if (stands.count() < 0) return LeaseState::to_doubt;  // of another host with the same number
  return stands >= kDoubtStands ? LeaseState::gone : LeaseState::lives;
}

std::string lease_lost_message(const Owner& owner) {
  return fmt::format("its process (pid {} on host {}) has not renewed its lease for {} seconds",
                     owner.pid, one_line(owner.host), kDoubtStands.count());
}

std::int64_t doubt(std::uint32_t doubter, std::chrono::milliseconds since_boot) {
  return -(std::int64_t{doubter} << kTimeBits | (since_boot.count() & kTimeMask)) - 1;
}

}  // namespace rota::inline v1
