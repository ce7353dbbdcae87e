// SPDX-License-Identifier: Apache-2.0
#include "hourly_weather.h"

#include <limits>

#include <fmt/format.h>

namespace flights {
namespace {

constexpr double kRoughVisibilityMiles = 5;
constexpr double kRoughWindMilesPerHour = 25;

}  // namespace

const std::vector<Condition>& conditions() {
  constexpr double above_zero = std::numeric_limits<double>::min();
  static const std::vector<Condition> kConditions = {
      {"precipitation",
       "precip",
       {{0, "none"}, {above_zero, "under 0.1 inch"}, {0.1, "0.1 inch and more"}}},
      {"visibility",
       "visib",
       {{0, "under 1 mile"}, {1, "1 to 5 miles"}, {5, "5 to 10 miles"}, {10, "10 miles"}}},
      {"wind",
       "wind_speed",
       {{0, "under 10 mph"}, {10, "10 to 20 mph"}, {20, "20 to 30 mph"}, {30, "30 mph and more"}}}};
  return kConditions;
}

HourlyWeather::HourlyWeather(const Table& weather)
    : precipitation_(weather.reals("precip")),
      visibility_(weather.reals("visib")),
      wind_(weather.reals("wind_speed")) {
  for (const Condition& condition : conditions())
    measured_.push_back(&weather.reals(condition.column));
  const Texts& origin = weather.texts("origin");
  const Texts& hour = weather.texts("time_hour");
  for (std::size_t row = 0; row < weather.rows(); ++row) {
    if (origin.missing(row) || hour.missing(row)) continue;
    rows_.emplace(fmt::format("{} {}", origin.at(row), hour.at(row)), row);
  }
}

std::optional<std::size_t> HourlyWeather::find(std::string_view origin,
                                               std::string_view time_hour) const {
  const auto found = rows_.find(fmt::format("{} {}", origin, time_hour));
  return found == rows_.end() ? std::nullopt : std::optional(found->second);
}

bool HourlyWeather::is_rough(std::size_t row) const {
  return precipitation_[row] > 0 || visibility_[row] < kRoughVisibilityMiles ||
         wind_[row] >= kRoughWindMilesPerHour;
}

std::size_t HourlyWeather::band(std::size_t condition, std::optional<std::size_t> row) const {
  const std::vector<Band>& bands = conditions()[condition].bands;
  const double value = row ? (*measured_[condition])[*row] : kMissingReal;
  if (std::isnan(value)) return bands.size();
  std::size_t band = 0;
  while (band + 1 < bands.size() && value >= bands[band + 1].from) ++band;
  return band;
}

}  // namespace flights
