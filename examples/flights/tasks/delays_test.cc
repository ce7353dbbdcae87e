// SPDX-License-Identifier: Apache-2.0
#include "delays.h"

#include <map>

#include <gtest/gtest.h>

namespace flights {
namespace {

constexpr std::int64_t kNone = kMissingInteger;

Texts texts(const std::vector<std::string>& values) {
  Texts column;
  for (const std::string& value : values) column.append(value);
  return column;
}

// EWR: a fair hour, a wet one, and one of which only the wind is not known. JFK: none.
Table weather() {
  Table table("weather");
  table.add(Column("origin", texts({"EWR", "EWR", "EWR"})));
  table.add(Column("time_hour", texts({"5h", "6h", "7h"})));
  table.add(Column("precip", Reals{0, 0.1, 0}));
  table.add(Column("visib", Reals{10, 4, 5}));
  table.add(Column("wind_speed", Reals{24.9, 30, kMissingReal}));
  return table;
}

DelayTables summarize() {
  Table flights("flights");
  flights.add(Column("carrier", texts({"AA", "AA", "AA", "UA", "UA", "ZZ"})));
  flights.add(Column("origin", texts({"EWR", "EWR", "EWR", "EWR", "JFK", "EWR"})));
  flights.add(Column("time_hour", texts({"5h", "6h", "6h", "7h", "5h", "5h"})));
  flights.add(Column("hour", Integers{5, 6, 6, 7, 5, 5}));
  flights.add(Column("dep_time", Integers{500, 600, 600, 700, 500, kNone}));
  flights.add(Column("dep_delay", Integers{-4, 14, 15, 31, 2, kNone}));
  flights.add(Column("arr_delay", Integers{-10, 20, kNone, 30, 0, kNone}));
  Table airlines("airlines");
  airlines.add(Column("carrier", texts({"UA", "AA"})));
  airlines.add(Column("name", texts({"United", "American"})));
  return summarize_delays(flights, weather(), airlines);
}

TEST(Delays, AreSummarizedByAirlineTheWorstFirst) {
  const auto lines = summarize().by_airline;
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].name, "United");
  EXPECT_EQ(lines[0].figures.mean, 16.5);
  EXPECT_EQ(lines[1].name, "American");
  EXPECT_EQ(lines[1].figures.flights, 3U);
  EXPECT_EQ(lines[1].figures.median, 14);
  EXPECT_DOUBLE_EQ(lines[1].figures.mean, 25.0 / 3);
  EXPECT_DOUBLE_EQ(lines[1].figures.late_share, 1.0 / 3);
  EXPECT_EQ(lines[1].figures.mean_arrival, 5);
}

TEST(Delays, OfAnAirlineThatNeverDepartedHaveNoFigures) {
  const auto last = summarize().by_airline.back();
  EXPECT_EQ(last.name, "ZZ");
  EXPECT_EQ(last.figures.flights, 1U);
  EXPECT_EQ(last.figures.cancelled, 1U);
  EXPECT_TRUE(std::isnan(last.figures.mean) && std::isnan(last.figures.late_share));
}

TEST(Delays, AreJoinedWithTheWeatherOfAirportAndHour) {
  const DelayFigures all = summarize().all;
  EXPECT_EQ(all.flights_fair, 2U);
  EXPECT_EQ(all.mean_fair, (-4 + 31) / 2.0);
  EXPECT_EQ(all.flights_rough, 2U);
  EXPECT_EQ(all.mean_rough, 14.5);
}

TEST(Delays, AreInOrderOfTheHours) {
  const auto lines = summarize().by_hour;
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].group, "5");
  EXPECT_EQ(lines[0].figures.flights, 3U);
  EXPECT_EQ(lines[2].group, "7");
}

TEST(Delays, OfABandIncludeItsLowerEnd) {
  std::map<std::pair<std::string, std::string>, std::size_t> flights;
  for (const auto& line : summarize().by_weather)
    flights[{line.group, line.name}] = line.figures.flights;
  EXPECT_EQ((flights[{"precipitation", "none"}]), 3U);
  EXPECT_EQ((flights[{"precipitation", "under 0.1 inch"}]), 0U);
  EXPECT_EQ((flights[{"precipitation", "0.1 inch and more"}]), 2U);
  EXPECT_EQ((flights[{"precipitation", "not observed"}]), 1U);
  EXPECT_EQ((flights[{"visibility", "1 to 5 miles"}]), 2U);
  EXPECT_EQ((flights[{"visibility", "5 to 10 miles"}]), 1U);
  EXPECT_EQ((flights[{"visibility", "10 miles"}]), 2U);
  EXPECT_EQ((flights[{"wind", "30 mph and more"}]), 2U);
  EXPECT_EQ((flights[{"wind", "not observed"}]), 2U);
}

}  // namespace
}  // namespace flights
