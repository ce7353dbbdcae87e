// SPDX-License-Identifier: Apache-2.0
#include "plan/argument_change.h"

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(ArgumentChange, IsNothingWhereTheyAreTheSame) {
  const Arguments now = {{"ratio", 0.5}, {"threads", 4}, {"source", "dat\xC3\xA9"}};
  EXPECT_EQ(describe_argument_change(now.to_json(), now), "");
  EXPECT_EQ(describe_argument_change("{}", {}), "");
}

TEST(ArgumentChange, DoesNotMindHowTheJsonIsWritten) {
  EXPECT_EQ(describe_argument_change(R"( { "threads" : 4, "ratio": 5e-1 } )",
                                     {{"ratio", 0.5}, {"threads", 4}}),
            "");
}

TEST(ArgumentChange, NamesWhatIsGivenGoneOrDifferentInByteOrder) {
  EXPECT_EQ(describe_argument_change(R"({"threads":4})", {{"threads", 8}}),
            "argument threads changed");
  EXPECT_EQ(describe_argument_change(R"({})", {{"threads", 8}}), "argument threads changed");
  EXPECT_EQ(describe_argument_change(R"({"threads":4})", {}), "argument threads changed");
  EXPECT_EQ(
      describe_argument_change(R"({"same":1,"Z":1,"b":2})", {{"same", 1}, {"a", 1}, {"b", 3}}),
      "arguments Z, a, b changed");
}

TEST(ArgumentChange, SeesTheTypeOfAValue) {
  EXPECT_EQ(describe_argument_change(R"({"threads":1})", {{"threads", 1.0}}),
            "argument threads changed");
  EXPECT_EQ(describe_argument_change(R"({"threads":"1"})", {{"threads", 1}}),
            "argument threads changed");
  EXPECT_EQ(describe_argument_change(R"({"threads":null})", {{"threads", 0}}),
            "argument threads changed");
}

TEST(ArgumentChange, TakesWhatIsNoObjectAsAChange) {
  EXPECT_EQ(describe_argument_change("", {}), "arguments changed");
  EXPECT_EQ(describe_argument_change("[1]", {}), "arguments changed");
  EXPECT_EQ(describe_argument_change("{\"threads\":", {{"threads", 1}}), "arguments changed");
}

}  // namespace
}  // namespace rota
