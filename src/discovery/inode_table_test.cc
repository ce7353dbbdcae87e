// SPDX-License-Identifier: Apache-2.0
#include "discovery/inode_table.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(InodeTable, OfNothingKnowsNothing) {
  EXPECT_EQ(InodeTable().find(1, 2), std::nullopt);
  EXPECT_EQ(InodeTable(0).find(1, 2), std::nullopt);
}

TEST(InodeTable, KeepsWhatAFileHasFirst) {
  InodeTable table(3);
  EXPECT_TRUE(table.add(1, 2, 7));
  EXPECT_FALSE(table.add(1, 2, 8));
  EXPECT_EQ(table.find(1, 2), 7U);
  EXPECT_EQ(table.find(2, 1), std::nullopt);
}

TEST(InodeTable, AnswersAsAMapWouldWhenItIsFull) {
  std::mt19937_64 random(5);
  constexpr std::size_t kFiles = 5000;
  InodeTable table(kFiles);
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> map;
  for (std::uint32_t number = 0; number < kFiles; ++number) {
    const std::uint64_t device = random() % 3;
    const std::uint64_t inode = random() % kFiles;
    EXPECT_EQ(table.add(device, inode, number), map.try_emplace({device, inode}, number).second);
  }
  for (std::uint64_t device = 0; device < 3; ++device) {
    for (std::uint64_t inode = 0; inode < kFiles; ++inode) {
      const auto found = map.find({device, inode});
      const auto expected = found == map.end() ? std::nullopt : std::optional(found->second);
      ASSERT_EQ(table.find(device, inode), expected);
    }
  }
}

}  // namespace
}  // namespace rota
