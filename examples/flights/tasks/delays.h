// SPDX-License-Identifier: Apache-2.0
// Delays by airline, by hour and by weather. Knows nothing of files and pages.
#pragma once

#include "table/table.h"

#include <string>
#include <vector>

namespace flights {

// From this delay on, in minutes, a departure counts as late (the rule of the US authorities).
inline constexpr std::int64_t kLateMinutes = 15;

// Delays are of departure, in minutes, over the flights that departed; a mean of nothing is NaN.
struct DelayFigures {
  std::size_t flights = 0;
  std::size_t cancelled = 0;
  double mean = kMissingReal;
  double median = kMissingReal;
  double late_share = kMissingReal;
  double mean_arrival = kMissingReal;
  // Over those whose weather at departure is known to be fair, and to be rough.
  std::size_t flights_fair = 0;
  std::size_t flights_rough = 0;
  double mean_fair = kMissingReal;
  double mean_rough = kMissingReal;
};

struct DelayLine {
  std::string group;  // the carrier, the hour, or the condition: "visibility"
  std::string name;   // the airline's name, or the condition's band: "under 1 mile"
  DelayFigures figures;
};

struct DelayTables {
  DelayFigures all;
  std::vector<DelayLine> by_airline;  // the longest mean delay first
  std::vector<DelayLine> by_hour;
  std::vector<DelayLine>
      by_weather;  // band by band, at the end of each condition those not observed
};

// Joins each flight with the weather at its origin in its scheduled hour (hourly_weather.h says
// what is rough; fair is an hour that is known and not rough).
DelayTables summarize_delays(const Table& flights, const Table& weather, const Table& airlines);

}  // namespace flights
