// SPDX-License-Identifier: Apache-2.0
#include "csv_table.h"

#include <gtest/gtest.h>

namespace flights {
namespace {

const std::vector<ColumnSpec> kSpecs = {
    {"id", ColumnType::integer}, {"speed", ColumnType::real}, {"name", ColumnType::text}};

CsvTable parse(std::string_view text) {
  return parse_csv_table("in/cars.csv", text, "cars", kSpecs);
}

TEST(CsvTable, ReadsEachColumnAsItsType) {
  const CsvTable cars = parse("name,id,speed\nvan,-7,1e2\n\"a,b\",8,0.5\n");
  EXPECT_EQ(cars.table.name(), "cars");
  EXPECT_EQ(cars.table.integers("id"), (Integers{-7, 8}));
  EXPECT_EQ(cars.table.reals("speed"), (Reals{100, 0.5}));
  EXPECT_EQ(cars.table.texts("name").at(1), "a,b");
  EXPECT_TRUE(cars.rejections.empty());
}

TEST(CsvTable, NaAndNothingAreMissingAndNoRejection) {
  const CsvTable cars = parse("id,speed,name\nNA,,NA\n,NA,\n");
  for (const Column& column : cars.table.columns()) {
    EXPECT_TRUE(column.missing(0) && column.missing(1)) << column.name;
  }
  EXPECT_TRUE(cars.rejections.empty());
}

TEST(CsvTable, AValueThatCannotBeReadIsMissingAndListed) {
  const CsvTable cars =
      parse("id,speed,name\n1x,nan,\xFF\n2.0,1e999,\xC3\xA9\n-9223372036854775808,inf,x\n");
  EXPECT_EQ(cars.table.rows(), 3U);
  EXPECT_EQ(cars.table.integers("id"), Integers(3, kMissingInteger));
  EXPECT_EQ(cars.table.texts("name").at(1), "\xC3\xA9");
  ASSERT_EQ(cars.rejections.size(), 7U);
  EXPECT_EQ(cars.rejections[0].file, "cars.csv");
  EXPECT_EQ(cars.rejections[0].line, 2U);
  EXPECT_EQ(cars.rejections[0].column, "id");
  EXPECT_EQ(cars.rejections[0].reason, "not integer number");
  EXPECT_EQ(cars.rejections[0].text, "1x");
  EXPECT_EQ(cars.rejections[2].reason, "not UTF-8");
  EXPECT_EQ(cars.rejections[2].text, "\\xFF");
}

TEST(CsvTable, ARowOfAnotherLengthIsLeftOutAndListed) {
  const CsvTable cars = parse("id,speed,name\n1,2\n3,4,van\n5,6,bus,7\n\"8,9,car\n");
  EXPECT_EQ(cars.table.integers("id"), Integers{3});
  ASSERT_EQ(cars.rejections.size(), 3U);
  EXPECT_EQ(cars.rejections[0].column, "");
  EXPECT_EQ(cars.rejections[0].reason, "2 fields where there are 3 columns");
  EXPECT_EQ(cars.rejections[0].text, "1,2");
  EXPECT_EQ(cars.rejections[2].line, 5U);
}

TEST(CsvTable, AColumnThatIsNotThereIsOneClearError) {
  try {
    parse("id,name\n1,van\n");
    FAIL() << "no error";
  } catch (const FileError& error) {
    EXPECT_STREQ(error.what(), "in/cars.csv: there is no column speed; the columns are: id, name");
  }
  EXPECT_THROW(parse(""), FileError);
}

TEST(CsvTable, NamesColumnsThatItDoesNotUse) {
  EXPECT_EQ(parse("id,colour,speed,name\n").unused_columns, std::vector<std::string>{"colour"});
}

TEST(CsvTable, TakesOnlyWellFormedUtf8) {
  for (const std::string_view bad : {"\xC0\x80", "\xE0\x9F\x80", "\xED\xA0\x80", "\xF0\x8F\x80\x80",
                                     "\xF4\x90\x80\x80", "\xE2\x82"}) {
    EXPECT_EQ(parse("id,speed,name\n1,1," + std::string(bad) + "\n").rejections.size(), 1U);
  }
  EXPECT_TRUE(parse("id,speed,name\n1,1,\xE2\x82\xAC\xF0\x9F\x9B\xAB\n").rejections.empty());
}

}  // namespace
}  // namespace flights
