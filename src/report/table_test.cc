// SPDX-License-Identifier: Apache-2.0
#include "report/table.h"

#include "os/text.h"

#include <random>

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(Table, AlignsColumnsAndLeavesNoBlanksAtTheEnd) {
  Table table;
  table.add_row({"a", "longer", ""});
  table.add_row({"longest", "b"});
  table.add_row({"c", "", "d"});
  EXPECT_EQ(table.text(),
            "a        longer\n"
            "longest  b\n"
            "c                d\n");
}

TEST(Table, IsEmptyWithoutRows) { EXPECT_EQ(Table().text(), ""); }

TEST(Table, AlignsByWidthNotByBytes) {
  Table table;
  table.add_row({"\xC3\xA9\xC3\xA9", "|"});          // two narrow
  table.add_row({"\xE6\x97\xA5\xE6\x9C\xAC", "|"});  // two wide
  table.add_row({"e\xCC\x81", "|"});                 // one with a combining mark
  table.add_row({"\xF0\x9F\x98\x80", "|"});          // an emoji
  EXPECT_EQ(table.text(),
            "\xC3\xA9\xC3\xA9    |\n"
            "\xE6\x97\xA5\xE6\x9C\xAC  |\n"
            "e\xCC\x81     |\n"
            "\xF0\x9F\x98\x80    |\n");
}

TEST(Printable, LeavesOrdinaryTextAlone) {
  for (const char* text : {"", "plain text ~",
                           "Gr\xC3\xBC\xC3\x9F"
                           "e",
                           "\xE6\x97\xA5", "\xF0\x9F\x98\x80", "C:\\path"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, ShowsWhatATerminalWouldObeyAsEscapes) {
  EXPECT_EQ(printable("\x1b[31m"), "\\x1b[31m");
  EXPECT_EQ(printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(printable(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(printable("\xC2\x9B"), "\\u009b") << "the one-character CSI";
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\\u202e") << "right-to-left override";
  EXPECT_EQ(printable("\xE2\x80\xA8"), "\\u2028") << "line separator";
  EXPECT_EQ(printable("\xF3\xA0\x80\x81"), "\\U000e0001") << "language tag";
}

TEST(Printable, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("a\xFF\xC3"), "a\\xff\\xc3");
  EXPECT_EQ(printable("\xE2\x82z"), "\\xe2\\x82z");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");
}

TEST(PrintableProperty, IsAlwaysUtf8WithoutControlCharacters) {
  std::mt19937 random(9);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 12, '\0');
    for (char& c : text)
      c = static_cast<char>(random() % 4 == 0 ? random() % 128 : 128 + random() % 128);
    const std::string shown = printable(text);
    ASSERT_TRUE(is_utf8(shown));
    for (const char c : shown) ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
    ASSERT_EQ(printable(shown), shown);
  }
}

}  // namespace
}  // namespace rota
