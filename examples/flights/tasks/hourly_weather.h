// SPDX-License-Identifier: Apache-2.0
// The weather of an airport in an hour, and what counts as rough. Knows nothing of delays.
#pragma once

#include "table/table.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace flights {

struct Band {
  double from;  // up to the next one's
  const char* name;
};

struct Condition {
  const char* name;
  const char* column;  // of the weather table
  std::vector<Band> bands;
};

// Precipitation, visibility and wind.
const std::vector<Condition>& conditions();

class HourlyWeather {
 public:
  // `weather` must outlive it.
  explicit HourlyWeather(const Table& weather);

  // The row of the weather table.
  std::optional<std::size_t> find(std::string_view origin, std::string_view time_hour) const;
  // Rain or snow, less than 5 miles of sight, or wind of 25 miles an hour. What was not measured
  // does not make an hour rough.
  bool is_rough(std::size_t row) const;
  // The number of the band of conditions()[condition]; the one after its last where nothing was
  // measured.
  std::size_t band(std::size_t condition, std::optional<std::size_t> row) const;

 private:
  const Reals& precipitation_;
  const Reals& visibility_;
  const Reals& wind_;
  std::vector<const Reals*> measured_;  // for each condition
  std::unordered_map<std::string, std::size_t> rows_;
};

}  // namespace flights
