// SPDX-License-Identifier: Apache-2.0
#include "os/uuid.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(Uuid, IsOfVersionFourInLowerCase) {
  for (int round = 0; round < 100; ++round) {
    EXPECT_THAT(make_uuid(),
                ::testing::MatchesRegex(
                    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  }
}

TEST(Uuid, IsNeverMadeTwice) {
  std::set<std::string> made;
  for (int round = 0; round < 10000; ++round) made.insert(make_uuid());
  EXPECT_EQ(made.size(), 10000U);
}

}  // namespace
}  // namespace rota
