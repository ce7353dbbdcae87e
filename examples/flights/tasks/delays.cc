// SPDX-License-Identifier: Apache-2.0
#include "delays.h"

#include "hourly_weather.h"
#include "table/statistics.h"

#include <algorithm>
#include <map>

namespace flights {
namespace {

struct Mean {
  double sum = 0;
  std::size_t count = 0;

  void add(std::int64_t value) {
    sum += static_cast<double>(value);
    ++count;
  }
  double value() const { return count == 0 ? kMissingReal : sum / static_cast<double>(count); }
};

struct Flight {
  std::int64_t departure_delay, arrival_delay;
  bool cancelled;
  std::optional<bool> rough;  // no value: the weather is not known
};

class DelayGroup {
 public:
  void add(const Flight& flight) {
    ++flights_;
    if (flight.cancelled) ++cancelled_;
    if (flight.arrival_delay != kMissingInteger) arrival_.add(flight.arrival_delay);
    if (flight.departure_delay == kMissingInteger) return;
    delays_.push_back(static_cast<double>(flight.departure_delay));
    departure_.add(flight.departure_delay);
    if (flight.departure_delay >= kLateMinutes) ++late_;
    if (flight.rough) (*flight.rough ? rough_ : fair_).add(flight.departure_delay);
  }

  DelayFigures figures() {
    std::sort(delays_.begin(), delays_.end());
    return {.flights = flights_,
            .cancelled = cancelled_,
            .mean = departure_.value(),
            .median = quantile(delays_, 0.5),
            .late_share = static_cast<double>(late_) / static_cast<double>(departure_.count),
            .mean_arrival = arrival_.value(),
            .flights_fair = fair_.count,
            .flights_rough = rough_.count,
            .mean_fair = fair_.value(),
            .mean_rough = rough_.value()};
  }

 private:
  std::size_t flights_ = 0, cancelled_ = 0, late_ = 0;
  std::vector<double> delays_;
  Mean departure_, arrival_, fair_, rough_;
};

struct Groups {
  DelayGroup all;
  std::map<std::string, DelayGroup> by_carrier;
  std::map<std::int64_t, DelayGroup> by_hour;
  std::vector<std::vector<DelayGroup>> by_band;  // for each condition, for each band
};

Groups group_flights(const Table& flights, const Table& weather) {
  const HourlyWeather hourly(weather);
  const Integers& departure = flights.integers("dep_delay");
  const Integers& arrival = flights.integers("arr_delay");
  const Integers& dep_time = flights.integers("dep_time");
  const Integers& hour = flights.integers("hour");
  const Texts& carrier = flights.texts("carrier");
  const Texts& origin = flights.texts("origin");
  const Texts& time_hour = flights.texts("time_hour");

  Groups groups;
  for (const Condition& condition : conditions())
    groups.by_band.emplace_back(condition.bands.size() + 1);
  for (std::size_t row = 0; row < flights.rows(); ++row) {
    const auto observed = hourly.find(origin.at(row), time_hour.at(row));
    const Flight flight{departure[row], arrival[row], dep_time[row] == kMissingInteger,
                        observed ? std::optional(hourly.is_rough(*observed)) : std::nullopt};
    groups.all.add(flight);
    groups.by_carrier[std::string(carrier.at(row))].add(flight);
    groups.by_hour[hour[row]].add(flight);
    for (std::size_t i = 0; i < groups.by_band.size(); ++i) {
      groups.by_band[i][hourly.band(i, observed)].add(flight);
    }
  }
  return groups;
}

std::string airline_name(const std::string& carrier, const Table& airlines) {
  const Texts& carriers = airlines.texts("carrier");
  for (std::size_t row = 0; row < airlines.rows(); ++row) {
    if (carriers.at(row) == carrier) return std::string(airlines.texts("name").at(row));
  }
  return carrier;
}

}  // namespace

DelayTables summarize_delays(const Table& flights, const Table& weather, const Table& airlines) {
  Groups groups = group_flights(flights, weather);
  DelayTables tables;
  tables.all = groups.all.figures();
  for (auto& [carrier, group] : groups.by_carrier) {
    tables.by_airline.push_back({carrier, airline_name(carrier, airlines), group.figures()});
  }
  std::stable_sort(tables.by_airline.begin(), tables.by_airline.end(),
                   [](const auto& a, const auto& b) {
                     return std::isnan(b.figures.mean) ? !std::isnan(a.figures.mean)
                                                       : a.figures.mean > b.figures.mean;
                   });
  for (auto& [hour, group] : groups.by_hour) {
    tables.by_hour.push_back(
        {hour == kMissingInteger ? "" : std::to_string(hour), "", group.figures()});
  }
  for (std::size_t i = 0; i < conditions().size(); ++i) {
    const Condition& condition = conditions()[i];
    for (std::size_t band = 0; band < groups.by_band[i].size(); ++band) {
      const char* name =
          band < condition.bands.size() ? condition.bands[band].name : "not observed";
      tables.by_weather.push_back({condition.name, name, groups.by_band[i][band].figures()});
    }
  }
  return tables;
}

}  // namespace flights
