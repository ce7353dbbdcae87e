// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/lease.h"

#include "os/one_line.h"

#include <algorithm>
#include <string_view>

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

// FNV-1a: the same in every version, as the number is in files.
std::uint32_t doubter_of(const Owner& self) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const std::string_view text :
       {std::string_view(self.host), std::string_view(self.boot_id)}) {
    for (const char byte : text) {
      hash ^= static_cast<unsigned char>(byte);
      hash *= 1'099'511'628'211U;
    }
    hash *= 1'099'511'628'211U;  // an end of the text that no byte makes
  }
  return static_cast<std::uint32_t>(hash >> (64 - kDoubterBits));
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
