// SPDX-License-Identifier: Apache-2.0
#include "report/time_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace rota::inline v1 {

std::string utc_time_text(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", int{date.year()},
                     unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::string duration_text(std::chrono::microseconds duration) {
  using std::chrono::microseconds;
  const std::int64_t micros = std::max(duration, microseconds(0)).count();
  constexpr std::int64_t kMinutesOfADay = std::int64_t{24} * 60;
  if (micros < 1'000) return fmt::format("{} us", micros);
  if (micros < 100'000) return fmt::format("{} ms", micros / 1'000);
  const std::int64_t tenths = micros / 100'000;
  if (tenths < 600) return fmt::format("{}.{} s", tenths / 10, tenths % 10);
  const std::int64_t seconds = tenths / 10;
  if (seconds < 3'600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  const std::int64_t minutes = seconds / 60;
  if (minutes < kMinutesOfADay) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} d {} h", minutes / kMinutesOfADay, minutes / 60 % 24);
}

std::string whole_seconds_text(std::chrono::microseconds duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  return seconds < std::chrono::minutes(1) ? fmt::format("{} s", seconds.count())
                                           : duration_text(seconds);
}

}  // namespace rota::inline v1
