// SPDX-License-Identifier: Apache-2.0
#include "exchange/time_zone.h"

#include <rota/error.h>

#include <cstdlib>
#include <ctime>
#include <string>

#include <gtest/gtest.h>

namespace rota {
namespace {

std::string read(const std::string& text, const std::string& zone = "UTC") {
  const auto time = parse_time(text, TimeZone(zone));
  return time ? utc_text(*time) : "nothing";
}

TEST(TimeZoneTest, ReadsTheTimesThatLogsHave) {
  EXPECT_EQ(read("2025-05-04T12:13:14.123456"), "2025-05-04T12:13:14.123456Z");
  EXPECT_EQ(read("2025-05-04T12:13:14"), "2025-05-04T12:13:14.000000Z");
  EXPECT_EQ(read("2025-05-04 12:13:14.5"), "2025-05-04T12:13:14.500000Z");
  EXPECT_EQ(read("2025-05-04T12:13:14.123456789"), "2025-05-04T12:13:14.123456Z");
  EXPECT_EQ(read("2024-02-29T00:00:00"), "2024-02-29T00:00:00.000000Z");
  EXPECT_EQ(read("0001-01-01T00:00:00"), "0001-01-01T00:00:00.000000Z");
}

TEST(TimeZoneTest, AZoneInTheTextCounts) {
  EXPECT_EQ(read("2025-05-04T12:00:00Z", "+05:00"), "2025-05-04T12:00:00.000000Z");
  EXPECT_EQ(read("2025-05-04T12:00:00.25+02:00", "UTC"), "2025-05-04T10:00:00.250000Z");
  EXPECT_EQ(read("2025-05-04T12:00:00-09:30", "UTC"), "2025-05-04T21:30:00.000000Z");
}

TEST(TimeZoneTest, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2025", "2025-05-04", "2025-05-04T12:13", "2025-13-01T00:00:00", "2025-02-29T00:00:00",
        "2025-05-04T24:00:00", "2025-05-04T12:60:00", "2025-05-04T12:13:60", "2025-05-04T12:13:14.",
        "2025-05-04T12:13:14x", "2025-05-04T12:13:14+2:00", "2025-05-04T12:13:14+25:00",
        "0000-01-01T00:00:00", "12025-05-04T12:13:14", "-025-05-04T12:13:14",
        " 2025-05-04T12:13:14"}) {
    EXPECT_EQ(read(text), "nothing") << text;
  }
}

TEST(TimeZoneTest, RefusesWhatIsNoZone) {
  for (const char* name :
       {"", "utc", "Europe/Berlin", "+1:00", "+01", "+01:00 ", "+24:00", "01:00"})
    EXPECT_THROW(TimeZone{name}, ArgumentError) << name;
}

// The zone of the process: one that changes to summer time.
class ProcessZoneTest : public ::testing::Test {
 protected:
  ProcessZoneTest() { set("CET-1CEST,M3.5.0,M10.5.0/3"); }
  ~ProcessZoneTest() override {
    before_.empty() ? static_cast<void>(::unsetenv("TZ")) : set(before_.c_str());
    ::tzset();
  }
  static void set(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  static const char* present() { return std::getenv("TZ"); }

 private:
  const std::string before_ = present() == nullptr ? "" : present();
};

TEST_F(ProcessZoneTest, IsThatOfTheMoment) {
  EXPECT_EQ(read("2025-01-15T12:00:00", "local"), "2025-01-15T11:00:00.000000Z");
  EXPECT_EQ(read("2025-07-15T12:00:00", "local"), "2025-07-15T10:00:00.000000Z");
}

TEST_F(ProcessZoneTest, ATimeThatWasTwiceIsTheFirst) {
  EXPECT_EQ(read("2025-10-26T01:59:59", "local"), "2025-10-25T23:59:59.000000Z");
  EXPECT_EQ(read("2025-10-26T02:30:00", "local"), "2025-10-26T00:30:00.000000Z");
  EXPECT_EQ(read("2025-10-26T03:00:00", "local"), "2025-10-26T02:00:00.000000Z");
}

TEST_F(ProcessZoneTest, ATimeThatNeverWasIsReadAsIfTheClockHadGoneOn) {
  EXPECT_EQ(read("2025-03-30T01:59:59", "local"), "2025-03-30T00:59:59.000000Z");
  EXPECT_EQ(read("2025-03-30T02:30:00", "local"), "2025-03-30T01:30:00.000000Z");
  EXPECT_EQ(read("2025-03-30T03:00:00", "local"), "2025-03-30T01:00:00.000000Z");
}

TEST_F(ProcessZoneTest, WhatIsWrittenIsReadAsTheSameMoment) {
  const TimeZone local("local");
  // Every 17 minutes of a year, but for the hour that is there twice.
  const auto begin = parse_time("2025-01-01T00:00:00Z", local).value();
  const auto twice = parse_time("2025-10-26T01:00:00Z", local).value();
  for (int step = 0; step < 365 * 24 * 60 / 17; ++step) {
    const TimePoint time = begin + std::chrono::minutes(17 * step);
    if (time >= twice && time < twice + std::chrono::hours(1)) continue;
    ASSERT_EQ(parse_time(naive_time_text(time, local), local), time) << utc_text(time);
  }
}

}  // namespace
}  // namespace rota
