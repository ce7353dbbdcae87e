// SPDX-License-Identifier: Apache-2.0
#include "cleaning.h"

#include "table/statistics.h"

#include <algorithm>
#include <span>
#include <unordered_set>

#include <fmt/format.h>

namespace flights {
namespace {

constexpr std::int64_t kMinutesOfDay = 1440;
// Faster than any airliner over ground, whatever the wind.
constexpr std::int64_t kMaxMilesPerHour = 700;

struct Range {
  const char* column;
  double minimum, maximum;
};

constexpr Range kAirportRanges[] = {{"lat", -90, 90}, {"lon", -180, 180}, {"alt", -1500, 20000}};
constexpr Range
    kWeatherRanges[] = {{"hour", 0, 23},
                        {"temp", -130, 135},
                        {"dewp", -130, 135},
                        {"humid", 0, 100},
                        {"wind_dir", 0, 360},
                        {"wind_speed", 0, 253},  // the fastest gust ever measured, in miles an hour
                        {"wind_gust", 0, 253},
                        {"precip", 0, 15},
                        {"pressure", 850, 1100},
                        {"visib", 0, 100}};
constexpr Range kFlightRanges[] = {
    {"hour", 0, 23}, {"minute", 0, 59}, {"air_time", 1, 1440}, {"distance", 1, 12500}};

// Goes through one table rule by rule and keeps the findings.
class Cleaner {
 public:
  explicit Cleaner(Table& table) : table_(table) {
    for (const Column& column : table.columns()) {
      count(column.name, "missing", [&](std::size_t row) { return column.missing(row); });
    }
  }

  template <class Test>
  void count(const std::string& column, std::string rule, const Test& test) {
    apply(column, std::move(rule), Action::counted, test, [](std::size_t) {});
  }

  // Only rows where `name` is there are tested.
  template <class Test>
  void make_missing(const std::string& name, std::string rule, const Test& test) {
    Column& column = table_.column(name);
    apply(
        name, std::move(rule), Action::made_missing,
        [&](std::size_t row) { return !column.missing(row) && test(row); },
        [&](std::size_t row) { column.set_missing(row); });
  }

  template <class Test>
  void rewrite(const std::string& name, std::string rule, std::int64_t value, const Test& test) {
    auto& values = std::get<Integers>(table_.column(name).values);
    apply(name, std::move(rule), Action::rewritten, test,
          [&](std::size_t row) { values[row] = value; });
  }

  void check_ranges(std::span<const Range> ranges) {
    for (const Range& range : ranges) {
      const auto outside = [&](auto value) {
        return value < range.minimum || value > range.maximum;
      };
      const Column& column = table_.column(range.column);
      make_missing(range.column, "out_of_range", [&](std::size_t row) {
        if (const auto* reals = std::get_if<Reals>(&column.values)) return outside((*reals)[row]);
        return outside(static_cast<double>(std::get<Integers>(column.values)[row]));
      });
    }
  }

  // Rows that have the same `key` as one before them.
  void count_repeated(const std::vector<std::string>& key) {
    const std::size_t repeated = table_.rows() - group_sizes(table_, key).size();
    findings_.push_back({table_.name(), "", "repeated_row", Action::counted, repeated});
  }

  // Values of `column` that `known` does not hold.
  void count_unknown(const std::string& column, std::string rule, const Texts& known) {
    const std::unordered_set<std::string> names(known.dictionary().begin(),
                                                known.dictionary().end());
    const Texts& texts = table_.texts(column);
    count(column, std::move(rule), [&](std::size_t row) {
      return !texts.missing(row) && !names.contains(std::string(texts.at(row)));
    });
  }

  std::vector<Finding> findings() && { return std::move(findings_); }

 private:
  template <class Test, class Change>
  void apply(const std::string& column, std::string rule, Action action, const Test& test,
             const Change& change) {
    std::size_t found = 0;
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      if (!test(row)) continue;
      change(row);
      ++found;
    }
    findings_.push_back({table_.name(), column, std::move(rule), action, found});
  }

  Table& table_;
  std::vector<Finding> findings_;
};

// Minutes since midnight of a clock time as the data writes it: 517 is 5:17.
std::int64_t minutes(std::int64_t clock) { return clock / 100 * 60 + clock % 100; }

void clean_clock_times(Cleaner& cleaner, const Table& flights) {
  for (const char* column : {"dep_time", "sched_dep_time", "arr_time", "sched_arr_time"}) {
    const Integers& times = flights.integers(column);
    cleaner.rewrite(column, "midnight_as_2400", 0,
                    [&](std::size_t row) { return times[row] == 2400; });
    cleaner.make_missing(column, "not_a_time", [&](std::size_t row) {
      return times[row] < 0 || times[row] >= 2400 || times[row] % 100 >= 60;
    });
  }
}

// N and one to five digits or capital letters.
bool is_us_tail_number(std::string_view text) {
  const auto is_mark = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
  return text.size() >= 2 && text.size() <= 6 && text.front() == 'N' &&
         std::all_of(text.begin(), text.end(), is_mark);
}

// A delay must lead from the scheduled to the actual time, on whatever day.
void clean_delay(Cleaner& cleaner, const Table& flights, const std::string& what) {
  const Integers& actual = flights.integers(what + "_time");
  const Integers& scheduled = flights.integers("sched_" + what + "_time");
  const Integers& delay = flights.integers(what + "_delay");
  cleaner.make_missing(what + "_delay", "disagrees_with_times", [&](std::size_t row) {
    if (actual[row] == kMissingInteger || scheduled[row] == kMissingInteger) return false;
    return (minutes(actual[row]) - minutes(scheduled[row]) - delay[row] % kMinutesOfDay) %
               kMinutesOfDay !=
           0;
  });
}

}  // namespace

std::string_view to_string(Action action) {
  switch (action) {
    case Action::counted:
      return "counted";
    case Action::made_missing:
      return "made missing";
    case Action::rewritten:
      return "rewritten";
  }
  return "unknown";
}

std::vector<Finding> clean_airlines(Table& airlines) {
  Cleaner cleaner(airlines);
  cleaner.count_repeated({"carrier"});
  return std::move(cleaner).findings();
}

std::vector<Finding> clean_airports(Table& airports) {
  Cleaner cleaner(airports);
  cleaner.check_ranges(kAirportRanges);
  cleaner.count_repeated({"faa"});
  return std::move(cleaner).findings();
}

std::vector<Finding> clean_weather(Table& weather) {
  Cleaner cleaner(weather);
  cleaner.check_ranges(kWeatherRanges);
  cleaner.count_repeated({"origin", "time_hour"});
  return std::move(cleaner).findings();
}

std::vector<Finding> clean_flights(Table& flights, const Table& airports, const Table& airlines) {
  Cleaner cleaner(flights);
  const Column& dep_time = flights.column("dep_time");
  const Column& arr_delay = flights.column("arr_delay");
  cleaner.count("dep_time", "cancelled", [&](std::size_t row) { return dep_time.missing(row); });
  cleaner.count("arr_delay", "diverted",
                [&](std::size_t row) { return arr_delay.missing(row) && !dep_time.missing(row); });
  clean_clock_times(cleaner, flights);
  clean_delay(cleaner, flights, "dep");
  clean_delay(cleaner, flights, "arr");
  cleaner.check_ranges(kFlightRanges);

  const Integers& distance = flights.integers("distance");
  const Integers& air_time = flights.integers("air_time");
  cleaner.make_missing("air_time", fmt::format("faster_than_{}_mph", kMaxMilesPerHour),
                       [&](std::size_t row) {
                         return distance[row] != kMissingInteger &&
                                distance[row] * 60 > air_time[row] * kMaxMilesPerHour;
                       });
  const Texts& tailnum = flights.texts("tailnum");
  cleaner.make_missing("tailnum", "not_a_us_tail_number",
                       [&](std::size_t row) { return !is_us_tail_number(tailnum.at(row)); });
  cleaner.count_unknown("origin", "unknown_airport", airports.texts("faa"));
  cleaner.count_unknown("dest", "unknown_airport", airports.texts("faa"));
  cleaner.count_unknown("carrier", "unknown_airline", airlines.texts("carrier"));
  cleaner.count_repeated({"year", "month", "day", "carrier", "flight", "origin", "sched_dep_time"});
  return std::move(cleaner).findings();
}

}  // namespace flights
