// SPDX-License-Identifier: Apache-2.0
// Times as text in ISO 8601, with and without a zone. Knows nothing of executions.
#pragma once

#include <rota/execution_log.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v1 {

// What a time that names no zone means.
class TimeZone {
 public:
  // "local" (the zone of this process), "UTC", "+HH:MM" or "-HH:MM"; throws ArgumentError.
  explicit TimeZone(std::string_view name);

  // A local time that was twice is taken as the first of the two, one that never was as if the clock had not
  // been set forward: the same text always means the same moment.
  TimePoint to_utc(std::chrono::local_time<std::chrono::microseconds> time) const;
  std::chrono::local_time<std::chrono::microseconds> to_local(TimePoint time) const;

 private:
  std::optional<std::chrono::seconds>
      offset_;  // nothing: that of the process, which changes with the time
};

// "2025-05-04T12:13:14.123456", also with a blank for the T, fewer digits, or none, of the fraction (further
// ones are cut off), and with "Z" or "+02:00" at the end, which then counts. From year 1 to 9999; nothing for
// any other text.
std::optional<TimePoint> parse_time(std::string_view text, const TimeZone& zone);

// "2025-05-04T12:13:14.123456".
std::string naive_time_text(TimePoint time, const TimeZone& zone);
// "2025-05-04T10:13:14.123456Z".
std::string utc_text(TimePoint time);

}  // namespace rota::inline v1
