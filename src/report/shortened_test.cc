// SPDX-License-Identifier: Apache-2.0
#include "report/shortened.h"

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(Shortened, LeavesWhatFits) {
  EXPECT_EQ(shortened("", 0), "");
  EXPECT_EQ(shortened("abc", 3), "abc");
}

TEST(Shortened, CutsToTheWidthAndSaysSo) {
  EXPECT_EQ(shortened("abcdef", 5), "ab...");
  EXPECT_EQ(shortened("abcdef", 3), "...");
  EXPECT_EQ(shortened("abcdef", 2), "");
  EXPECT_EQ(shortened("abcdef", 5, "~"), "abcd~");
}

TEST(Shortened, CutsBetweenCharactersAndCountsColumns) {
  EXPECT_EQ(shortened("\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC", 4), "\xC3\xBC...");
  // Three characters of two columns each.
  EXPECT_EQ(shortened("\xE6\x97\xA5\xE6\x9C\xAC\xE6\x97\xA5", 5, "."), "\xE6\x97\xA5\xE6\x9C\xAC.");
  EXPECT_EQ(shortened("\xE6\x97\xA5\xE6\x9C\xAC\xE6\x97\xA5", 4, "."), "\xE6\x97\xA5.");
}

}  // namespace
}  // namespace rota
