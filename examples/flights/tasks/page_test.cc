// SPDX-License-Identifier: Apache-2.0
#include "page.h"

#include "html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flights {
namespace {

using testing::HasSubstr;
using testing::Not;

Column text(const std::string& name, const std::string& value) {
  Texts texts;
  texts.append(value);
  return Column(name, std::move(texts));
}

// One line of each table, with text that would be markup.
PageData page_data() {
  const std::string evil = "<b>\"x\" & 'y'";
  PageData data{{}, Table("profile"), Table("cleaning"), Table("anonymity")};
  const DelayLine line{"ZZ", evil, {.flights = 1234, .cancelled = 1, .mean = 5}};
  data.delays.by_airline = {line};
  data.delays.by_hour = {line};
  data.delays.by_weather = {line};
  for (const char* name : {"column", "min", "q1", "median", "q3", "max"})
    data.profile.add(text(name, evil));
  data.profile.add(text("stage", "clean"));
  data.profile.add(text("table", evil));
  data.profile.add(text("type", "text"));
  for (const char* name : {"count", "missing", "distinct"})
    data.profile.add(Column(name, Integers{1}));
  for (const char* name : {"table", "column", "rule", "action"})
    data.findings.add(text(name, evil));
  data.findings.add(Column("count", Integers{7}));
  data.anonymity.add(text("measure", evil));
  data.anonymity.add(Column("value", Reals{1}));
  return data;
}

TEST(Page, EscapesAllText) {
  const std::string page = report_page(page_data());
  EXPECT_THAT(page, Not(HasSubstr("<b>")));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;"));
}

TEST(Page, KeepsLeastAndGreatestTextsToItself) {
  PageData data = page_data();
  data.profile.column("min") = text("min", "N102UW");
  EXPECT_THAT(report_page(data), Not(HasSubstr("N102UW")));
}

TEST(Page, LoadsNothing) {
  const std::string page = report_page(page_data());
  for (const char* part : {"http", "<script", "<link", "<img", "src=", "url(", "@import"}) {
    EXPECT_THAT(page, Not(HasSubstr(part)));
  }
}

TEST(Html, WritesNumbersForPeople) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(336776), "336,776");
  EXPECT_EQ(format_count(1000000), "1,000,000");
  EXPECT_EQ(format_number(12.25), "12.2");
  EXPECT_EQ(format_number(kMissingReal), "–");
  EXPECT_EQ(format_percent(0.2225), "22.2 %");
}

}  // namespace
}  // namespace flights
