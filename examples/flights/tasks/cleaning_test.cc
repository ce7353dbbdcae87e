// SPDX-License-Identifier: Apache-2.0
#include "cleaning.h"

#include <gtest/gtest.h>

namespace flights {
namespace {

Texts texts(std::initializer_list<const char*> values) {
  Texts column;
  for (const char* value : values) *value == '\0' ? column.append_missing() : column.append(value);
  return column;
}

std::size_t count_of(const std::vector<Finding>& findings, std::string_view column,
                     std::string_view rule) {
  for (const Finding& finding : findings) {
    if (finding.column == column && finding.rule == rule) return finding.count;
  }
  ADD_FAILURE() << "no rule " << rule << " for " << column;
  return 0;
}

// Four flights of which the first is good; what is wrong with the others is up to the test.
class CleanFlights : public testing::Test {
 protected:
  CleanFlights() {
    for (const char* name : {"year", "month", "day", "flight"}) add(name, {1, 2, 3, 4});
    add("dep_time", {517, 517, 517, 517});
    add("sched_dep_time", {515, 515, 515, 515});
    add("dep_delay", {2, 2, 2, 2});
    add("arr_time", {30, 30, 30, 30});
    add("sched_arr_time", {2350, 2350, 2350, 2350});
    add("arr_delay", {40, 40, 40, 40});
    add("air_time", {100, 100, 100, 100});
    add("distance", {700, 700, 700, 700});
    add("hour", {5, 5, 5, 5});
    add("minute", {15, 15, 15, 15});
    table_.add(Column("carrier", texts({"UA", "UA", "UA", "UA"})));
    table_.add(Column("tailnum", texts({"N1", "N1", "N1", "N1"})));
    table_.add(Column("origin", texts({"EWR", "EWR", "EWR", "EWR"})));
    table_.add(Column("dest", texts({"IAH", "IAH", "IAH", "IAH"})));
  }

  void add(const std::string& name, Integers values) {
    table_.add(Column(name, std::move(values)));
  }
  void set(const std::string& name, Integers values) {
    table_.column(name).values = std::move(values);
  }
  void set(const std::string& name, Texts values) {
    table_.column(name).values = std::move(values);
  }

  std::vector<Finding> clean() {
    Table airports("airports"), airlines("airlines");
    airports.add(Column("faa", texts({"EWR", "IAH"})));
    airlines.add(Column("carrier", texts({"UA"})));
    return clean_flights(table_, airports, airlines);
  }

  static constexpr std::int64_t kNone = kMissingInteger;
  Table table_{"flights"};
};

TEST_F(CleanFlights, FindsNothingInGoodOnes) {
  for (const Finding& finding : clean())
    EXPECT_EQ(finding.count, 0U) << finding.column << finding.rule;
}

TEST_F(CleanFlights, CountsMissingCancelledAndDiverted) {
  set("dep_time", {517, kNone, 517, 517});
  set("arr_delay", {40, kNone, kNone, 40});
  const auto findings = clean();
  EXPECT_EQ(count_of(findings, "dep_time", "missing"), 1U);
  EXPECT_EQ(count_of(findings, "arr_delay", "missing"), 2U);
  EXPECT_EQ(count_of(findings, "dep_time", "cancelled"), 1U);
  EXPECT_EQ(count_of(findings, "arr_delay", "diverted"), 1U);
}

TEST_F(CleanFlights, WritesMidnightAsZero) {
  set("arr_time", {30, 2400, 30, 30});
  set("arr_delay", {40, 10, 40, 40});
  const auto findings = clean();
  EXPECT_EQ(count_of(findings, "arr_time", "midnight_as_2400"), 1U);
  EXPECT_EQ(count_of(findings, "arr_time", "not_a_time"), 0U);
  EXPECT_EQ(count_of(findings, "arr_delay", "disagrees_with_times"), 0U);
  EXPECT_EQ(table_.integers("arr_time")[1], 0);
}

TEST_F(CleanFlights, TakesTimesAwayThatNoClockShows) {
  set("sched_dep_time", {515, 561, 2401, -1});
  EXPECT_EQ(count_of(clean(), "sched_dep_time", "not_a_time"), 3U);
  EXPECT_EQ(table_.integers("sched_dep_time"), (Integers{515, kNone, kNone, kNone}));
}

TEST_F(CleanFlights, TakesDelaysAwayThatDisagreeWithTheTimes) {
  set("dep_delay", {2, 3, 2 + 1440, 2 - 1440});
  EXPECT_EQ(count_of(clean(), "dep_delay", "disagrees_with_times"), 1U);
  EXPECT_EQ(table_.integers("dep_delay"), (Integers{2, kNone, 1442, -1438}));
}

TEST_F(CleanFlights, TakesImpossibleAirTimesAway) {
  set("air_time", {100, 0, 1441, 59});
  const auto findings = clean();
  EXPECT_EQ(count_of(findings, "air_time", "out_of_range"), 2U);
  EXPECT_EQ(count_of(findings, "air_time", "faster_than_700_mph"), 1U);
  EXPECT_EQ(table_.integers("air_time"), (Integers{100, kNone, kNone, kNone}));
}

TEST_F(CleanFlights, TakesAwayWhatIsNoTailNumber) {
  set("tailnum", texts({"N102UW", "D942DN", "N1234567", ""}));
  EXPECT_EQ(count_of(clean(), "tailnum", "not_a_us_tail_number"), 2U);
  EXPECT_EQ(table_.texts("tailnum").at(0), "N102UW");
  EXPECT_TRUE(table_.column("tailnum").missing(1) && table_.column("tailnum").missing(2));
}

TEST_F(CleanFlights, CountsUnknownCodesAndKeepsThem) {
  set("dest", texts({"IAH", "SJU", "SJU", ""}));
  set("carrier", texts({"UA", "ZZ", "UA", "UA"}));
  const auto findings = clean();
  EXPECT_EQ(count_of(findings, "dest", "unknown_airport"), 2U);
  EXPECT_EQ(count_of(findings, "carrier", "unknown_airline"), 1U);
  EXPECT_EQ(table_.texts("dest").at(1), "SJU");
}

TEST_F(CleanFlights, CountsRepeatedFlightsAndKeepsThem) {
  for (const char* name : {"year", "month", "day", "flight"}) set(name, {1, 1, 1, 4});
  EXPECT_EQ(count_of(clean(), "", "repeated_row"), 2U);
  EXPECT_EQ(table_.rows(), 4U);
}

TEST(CleanWeather, TakesImpossibleMeasurementsAway) {
  Table weather("weather");
  weather.add(Column("origin", texts({"EWR", "EWR", "JFK"})));
  weather.add(Column("time_hour", texts({"a", "a", "a"})));
  weather.add(Column("hour", Integers{0, 23, 24}));
  for (const char* name : {"temp", "dewp", "wind_dir", "wind_gust", "precip", "visib"}) {
    weather.add(Column(name, Reals{0, 10, kMissingReal}));
  }
  weather.add(Column("humid", Reals{0, 100, 100.01}));
  weather.add(Column("wind_speed", Reals{10, 1048.36, -1}));
  weather.add(Column("pressure", Reals{1000, 1000, 0}));
  const auto findings = clean_weather(weather);
  EXPECT_EQ(count_of(findings, "hour", "out_of_range"), 1U);
  EXPECT_EQ(count_of(findings, "humid", "out_of_range"), 1U);
  EXPECT_EQ(count_of(findings, "wind_speed", "out_of_range"), 2U);
  EXPECT_EQ(count_of(findings, "pressure", "out_of_range"), 1U);
  EXPECT_EQ(count_of(findings, "temp", "missing"), 1U);
  EXPECT_EQ(count_of(findings, "temp", "out_of_range"), 0U);
  EXPECT_EQ(count_of(findings, "", "repeated_row"), 1U);
  EXPECT_TRUE(weather.column("wind_speed").missing(1));
  EXPECT_EQ(weather.rows(), 3U);
}

}  // namespace
}  // namespace flights
