// SPDX-License-Identifier: Apache-2.0
#include "os/one_line.h"

#include <gtest/gtest.h>

namespace rota {
namespace {

using namespace std::string_view_literals;

TEST(OneLine, WritesControlCharactersOut) {
  EXPECT_EQ(one_line("a\nb\tc\r\x1B[2J\x7F"), "a\\nb\\tc\\x0D\\x1B[2J\\x7F");
  EXPECT_EQ(one_line("a\0b"sv), "a\\x00b");
}

TEST(OneLine, LeavesOtherTextAsItIs) {
  EXPECT_EQ(one_line("caf\xC3\xA9 \"x\" \\n"), "caf\xC3\xA9 \"x\" \\n");
}

}  // namespace
}  // namespace rota
