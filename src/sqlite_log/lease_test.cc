// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/lease.h"

#include <limits>

#include <gtest/gtest.h>

namespace rota {
namespace {

using std::chrono::milliseconds;
constexpr std::uint32_t kLast = (1U << 20U) - 1;

TEST(Lease, GrowsWithEachRenewalWhateverTheClockSays) {
  const TimePoint now(std::chrono::seconds(1'000'000));
  const std::int64_t first = renewed_lease(std::nullopt, now);
  EXPECT_GT(first, 0);
  EXPECT_GT(renewed_lease(first, now), first);
  EXPECT_GT(renewed_lease(first, now - std::chrono::hours(200)), first);
  EXPECT_GT(renewed_lease(std::nullopt, TimePoint(std::chrono::hours(-5))), 0);
  EXPECT_GT(renewed_lease(doubt(kLast, milliseconds(5)), now), 0) << "the doubt stays";
}

TEST(Lease, ADoubtThatStandsLongEnoughShowsThatTheOwnerIsGone) {
  for (const std::uint32_t doubter : {0U, 1U, 77U, kLast}) {
    for (const milliseconds since_boot :
         {milliseconds(0), milliseconds(1), milliseconds(1LL << 42)}) {
      const std::int64_t lease = doubt(doubter, since_boot);
      EXPECT_LT(lease, 0);
      EXPECT_EQ(judge_lease(lease, doubter, since_boot), LeaseState::lives);
      EXPECT_EQ(judge_lease(lease, doubter, since_boot + kDoubtStands - milliseconds(1)),
                LeaseState::lives);
      EXPECT_EQ(judge_lease(lease, doubter, since_boot + kDoubtStands), LeaseState::gone);
    }
  }
}

TEST(Lease, WhatNobodyDoubtsIsDoubtedFirstHoweverOldItIs) {
  const milliseconds late = std::chrono::hours(10'000);
  EXPECT_EQ(judge_lease(std::nullopt, 5, late), LeaseState::to_doubt);
  EXPECT_EQ(judge_lease(1, 5, late), LeaseState::to_doubt);
  EXPECT_EQ(judge_lease(std::numeric_limits<std::int64_t>::max(), 5, late), LeaseState::to_doubt);
}

TEST(Lease, OfTwoHostsOneKeepsItsDoubt) {
  const milliseconds late = std::chrono::hours(10'000);
  EXPECT_EQ(judge_lease(doubt(5, milliseconds(0)), 6, late), LeaseState::to_doubt);
  EXPECT_EQ(judge_lease(doubt(6, milliseconds(0)), 5, late), LeaseState::lives);
}

TEST(Lease, ADoubtOfTheFutureIsAnothersAndIsReplaced) {
  EXPECT_EQ(judge_lease(doubt(5, milliseconds(10)), 5, milliseconds(9)), LeaseState::to_doubt);
}

TEST(Lease, HostsAndTheirBootsAreToldApart) {
  const Owner self{"mill", "boot", 1, 2};
  EXPECT_EQ(doubter_of(self), doubter_of({"mill", "boot", 9, 9})) << "all processes are one";
  EXPECT_LE(doubter_of(self), kLast);
  EXPECT_NE(doubter_of(self), doubter_of({"loom", "boot", 1, 2}));
  EXPECT_NE(doubter_of(self), doubter_of({"mill", "next", 1, 2}));
  EXPECT_NE(doubter_of({"ab", "c"}), doubter_of({"a", "bc"}));
}

}  // namespace
}  // namespace rota
