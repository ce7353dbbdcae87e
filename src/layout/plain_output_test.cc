// SPDX-License-Identifier: Apache-2.0
#include "layout/plain_output.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

constexpr std::string_view kTwoBoxes =
    "graph 1 5 2\n"
    "node n1 4 1.5 1 0.5 \"\" solid box black lightgrey\n"
    "node n0 1 0.5 1 0.5 \"\" solid box black lightgrey\n"
    "edge n0 n1 4 1.5 0.5 2 0.5 3 1.5 3.5 1.5 solid black\n"
    "stop\n";

TEST(PlainOutput, IsReadInPointsFromTheLeftUpperCorner) {
  const auto layout = parse_plain_output(kTwoBoxes, 2);
  ASSERT_TRUE(layout);
  EXPECT_DOUBLE_EQ(layout->width, 360);
  EXPECT_DOUBLE_EQ(layout->height, 144);
  EXPECT_DOUBLE_EQ(layout->centers[0].x, 72);
  EXPECT_DOUBLE_EQ(layout->centers[0].y, 108);
  EXPECT_DOUBLE_EQ(layout->centers[1].y, 36);
  ASSERT_EQ(layout->curves.size(), 1U);
  EXPECT_EQ(layout->curves[0].arrow.from, 0U);
  EXPECT_EQ(layout->curves[0].arrow.to, 1U);
  ASSERT_EQ(layout->curves[0].points.size(), 4U);
  EXPECT_DOUBLE_EQ(layout->curves[0].points[3].x, 252);
}

TEST(PlainOutput, ThatIsCutAnywhereIsRefused) {
  for (std::size_t length = 0; length < kTwoBoxes.size(); ++length)
    EXPECT_FALSE(parse_plain_output(kTwoBoxes.substr(0, length), 2)) << length;
}

TEST(PlainOutput, OfMoreOrFewerBoxesIsRefused) {
  EXPECT_FALSE(parse_plain_output(kTwoBoxes, 1));
  EXPECT_FALSE(parse_plain_output(kTwoBoxes, 3));
}

TEST(PlainOutput, ThatIsNoLayoutIsRefused) {
  for (const std::string text :
       {"hello\n", "graph 1 x 2\nstop\n", "graph 1 1 1\nnode x0 1 1\nstop\n",
        "graph 1 1 1\nnode n99999999999 1 1\nstop\n", "graph 1 1 1\nnode n0 1 nan?\nstop\n",
        "graph 1 1 1\nnode n0 1 1\nedge n0 n0 99999999 1 1\nstop\n",
        "graph 1 1 1\nnode n0 1 1\nedge n0 n0 3 1 1 1 1 1 1\nstop\n"})
    EXPECT_FALSE(parse_plain_output(text, 1)) << text;
}

}  // namespace
}  // namespace rota
