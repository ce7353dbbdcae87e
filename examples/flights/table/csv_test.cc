// SPDX-License-Identifier: Apache-2.0
#include "csv.h"

#include <gtest/gtest.h>

namespace flights {
namespace {

using Records = std::vector<std::vector<std::string>>;

// The fields of each record; a malformed one is {"!", the reason, its raw text}.
Records read_all(std::string_view text) {
  CsvReader reader(text);
  CsvRecord record;
  Records records;
  while (reader.next(record)) {
    if (record.malformed.empty()) {
      records.emplace_back(record.fields.begin(), record.fields.end());
    } else {
      records.push_back({"!", std::string(record.malformed), std::string(record.raw)});
    }
  }
  return records;
}

TEST(CsvReader, SplitsFieldsAndRecords) {
  EXPECT_EQ(read_all("a,b\n1,\n,2\n"), (Records{{"a", "b"}, {"1", ""}, {"", "2"}}));
}

TEST(CsvReader, NeedsNoLineFeedAtTheEnd) {
  EXPECT_EQ(read_all("a\nb"), (Records{{"a"}, {"b"}}));
  EXPECT_EQ(read_all("a,"), (Records{{"a", ""}}));
  EXPECT_EQ(read_all("\"a\""), (Records{{"a"}}));
  EXPECT_EQ(read_all(""), Records());
}

TEST(CsvReader, TakesCrlfAndAByteOrderMark) {
  EXPECT_EQ(read_all("\xEF\xBB\xBF"
                     "a,b\r\n\"c\",\"d\"\r\ne,f\r"),
            (Records{{"a", "b"}, {"c", "d"}, {"e", "f"}}));
}

TEST(CsvReader, QuotedFieldsHoldCommasQuotesAndLines) {
  EXPECT_EQ(read_all("\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\n\"\",x\n"),
            (Records{{"a,b", "say \"hi\"", "two\nlines"}, {"", "x"}}));
}

TEST(CsvReader, AnEmptyLineIsARecordOfOneEmptyField) {
  EXPECT_EQ(read_all("a\n\nb\n"), (Records{{"a"}, {""}, {"b"}}));
}

TEST(CsvReader, AStrayQuoteCostsOneLineOnly) {
  EXPECT_EQ(read_all("a\n\"open\nb\n"),
            (Records{{"a"}, {"!", "a quote that is never closed", "\"open"}, {"b"}}));
  EXPECT_EQ(read_all("\"a\"x,\r\nb\n"),
            (Records{{"!", "text after a closing quote", "\"a\"x,"}, {"b"}}));
  EXPECT_EQ(read_all("a\"b,c\nd\n"),
            (Records{{"!", "a quote inside an unquoted field", "a\"b,c"}, {"d"}}));
}

TEST(CsvReader, CountsLinesAlsoInsideOfQuotes) {
  CsvReader reader("a\n\"b\nb\"\nc\n");
  CsvRecord record;
  std::vector<std::size_t> lines;
  while (reader.next(record)) lines.push_back(record.line);
  EXPECT_EQ(lines, (std::vector<std::size_t>{1, 2, 4}));
}

TEST(CsvWriter, WritesWhatTheReaderReads) {
  CsvWriter writer;
  writer.row("plain", "a,b", "say \"hi\"", "two\r\nlines", 12, 0.25);
  writer.row(std::vector<std::string>{"", "b"});
  EXPECT_EQ(read_all(writer.text()),
            (Records{{"plain", "a,b", "say \"hi\"", "two\r\nlines", "12", "0.25"}, {"", "b"}}));
}

}  // namespace
}  // namespace flights
