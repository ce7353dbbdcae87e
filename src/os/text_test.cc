// SPDX-License-Identifier: Apache-2.0
#include "os/text.h"

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(Text, TakesEveryLengthOfUtf8) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("plain"));
  EXPECT_TRUE(is_utf8("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"));
  EXPECT_TRUE(is_utf8("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF"));
}

TEST(Text, RefusesWhatIsNotUtf8) {
  for (const char* bad :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xC3", "a\xFF"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

TEST(Text, FindsABadByteAtAnyPlaceOfALongText) {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      EXPECT_TRUE(is_utf8(text));
      text[at] = '\xFF';
      EXPECT_FALSE(is_utf8(text)) << size << ' ' << at;
    }
    EXPECT_TRUE(is_utf8(std::string(size, 'a') + "\xC3\xA9" + std::string(size, 'b')));
  }
}

TEST(Text, FindsAZeroByteAtAnyPlaceAlsoBesideOthersThanAscii) {
  EXPECT_TRUE(is_plain_text({}));
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char* rest : {"", "\x7F\x01", "\xC3\xA9"}) {
        std::string text = std::string(size, '\x01') + rest;
        EXPECT_TRUE(is_plain_text(text)) << size;
        text[at] = '\0';
        EXPECT_FALSE(is_plain_text(text)) << size << ' ' << at;
        text[at] = '\xFF';
        EXPECT_FALSE(is_plain_text(text)) << size << ' ' << at;
      }
    }
  }
}

TEST(Text, TrimsBlanksAtBothEndsOnly) {
  EXPECT_EQ(trim("  a b \t\r\n"), "a b");
  EXPECT_EQ(trim(" \f\n\v"), "");
}

}  // namespace
}  // namespace rota
