// SPDX-License-Identifier: Apache-2.0
#include "statistics.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace flights {
namespace {

TEST(Quantile, InterpolatesBetweenTheTwoNearest) {
  const std::vector<double> values = {1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile(values, 0.75), 5);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 8);
}

TEST(Quantile, OfOneValueIsThatValueAndOfNoneIsNone) {
  EXPECT_DOUBLE_EQ(quantile(std::vector<double>{3}, 0.75), 3);
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
}

TEST(ProfileColumn, LeavesMissingNumbersOut) {
  const ColumnProfile profile =
      profile_column(Column("delay", Integers{5, kMissingInteger, -2, 5, kMissingInteger}));
  EXPECT_EQ(profile.count, 3U);
  EXPECT_EQ(profile.missing, 2U);
  EXPECT_EQ(profile.distinct, 2U);
  EXPECT_EQ(profile.minimum, "-2");
  EXPECT_EQ(profile.first_quartile, "1.5");
  EXPECT_EQ(profile.median, "5");
  EXPECT_EQ(profile.maximum, "5");
}

TEST(ProfileColumn, OfTextCountsOnlyWhatRowsUse) {
  Texts texts;
  for (const char* text : {"b", "zz", "a", "b"}) texts.append(text);
  texts.set_missing(1);
  const ColumnProfile profile = profile_column(Column("name", std::move(texts)));
  EXPECT_EQ(profile.count, 3U);
  EXPECT_EQ(profile.missing, 1U);
  EXPECT_EQ(profile.distinct, 2U);
  EXPECT_EQ(profile.minimum, "a");
  EXPECT_EQ(profile.maximum, "b");
  EXPECT_EQ(profile.median, "");
}

TEST(ProfileColumn, OfNothingHasNoFigures) {
  const ColumnProfile profile = profile_column(Column("x", Reals{kMissingReal}));
  EXPECT_EQ(profile.count, 0U);
  EXPECT_EQ(profile.missing, 1U);
  EXPECT_EQ(profile.distinct, 0U);
  EXPECT_EQ(profile.minimum, "");
}

TEST(GroupSizes, CountsEachCombinationOfValues) {
  Texts names;
  for (const char* name : {"a", "a", "b", "a"}) names.append(name);
  names.append_missing();
  Table table("t");
  table.add(Column("name", std::move(names)));
  table.add(Column("hour", Integers{1, 1, 1, 2, kMissingInteger}));
  std::vector<std::size_t> sizes = group_sizes(table, {"name", "hour"});
  std::sort(sizes.begin(), sizes.end());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 1, 1, 2}));
  EXPECT_THROW(group_sizes(table, {"colour"}), std::out_of_range);
}

}  // namespace
}  // namespace flights
