// SPDX-License-Identifier: Apache-2.0
#include "cli/time_argument.h"

#include "cli/exit_code.h"

#include <charconv>
#include <ctime>
#include <optional>

#include <fmt/format.h>

namespace rota::cli {
namespace {

// Of a unit of time; 0: it is none.
std::int64_t seconds_of(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3'600;
    case 'd':
      return 86'400;
    default:
      return 0;
  }
}

std::optional<std::chrono::seconds> parse_ago(const std::string& text) {
  constexpr std::int64_t kMost = 100'000'000;  // also of days it is within the range of a moment
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, count);
  const bool is_ago = error == std::errc() && after + 1 == end && seconds_of(*after) != 0;
  if (!is_ago || count < 0 || count > kMost) return std::nullopt;
  return std::chrono::seconds(count * seconds_of(*after));
}

// Whether the fields name a moment that exists: strptime takes also 31 February.
bool is_real(const std::tm& given, const std::tm& normal) {
  return given.tm_mday == normal.tm_mday && given.tm_mon == normal.tm_mon &&
         given.tm_year == normal.tm_year && given.tm_sec == normal.tm_sec;
}

// Takes ".5" to ".500000" off the end of a time; nothing where what follows the point is none.
std::optional<std::chrono::microseconds> take_fraction(std::string& text) {
  const std::size_t point = text.find('.');
  if (point == std::string::npos) return std::chrono::microseconds(0);
  std::string digits = text.substr(point + 1);
  text.resize(point);
  const bool are_digits = !digits.empty() && digits.size() <= 6 &&
                          digits.find_first_not_of("0123456789") == std::string::npos;
  if (!are_digits) return std::nullopt;
  digits.resize(6, '0');
  return std::chrono::microseconds(std::stoi(digits));
}

// Takes "Z", "+02:00", "-0530" or "+02" off the end of a moment; nothing where it names no zone.
std::optional<std::chrono::minutes> take_zone(std::string& text) {
  constexpr std::size_t kDateBytes = 10;
  if (text.ends_with('Z')) {
    text.pop_back();
    return std::chrono::minutes(0);
  }
  const std::size_t sign = text.find_last_of("+-");
  if (sign == std::string::npos || sign < kDateBytes) return std::nullopt;
  std::string digits = text.substr(sign + 1);
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
  if (digits.size() == 2) digits += "00";
  if (digits.size() != 4 || digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  const int hours = std::stoi(digits.substr(0, 2));
  const int minutes = std::stoi(digits.substr(2));
  if (hours > 23 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  const bool is_west = text[sign] == '-';
  text.resize(sign);
  return is_west ? -offset : offset;
}

std::optional<TimePoint> parse_moment(std::string text) {
  const auto zone = take_zone(text);
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  for (const char* const format :
       {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    std::tm fields{};
    const char* const end = ::strptime(text.c_str(), format, &fields);
    if (end == nullptr || end != text.c_str() + text.size()) continue;
    fields.tm_isdst = -1;
    std::tm normal = fields;
    const std::time_t time = zone ? ::timegm(&normal) : std::mktime(&normal);
    if (!is_real(fields, normal)) return std::nullopt;
    return TimePoint(std::chrono::seconds(time)) - zone.value_or(std::chrono::minutes(0)) +
           *fraction;
  }
  return std::nullopt;
}

}  // namespace

TimePoint parse_time(const std::string& text, const std::string& option, TimePoint now) {
  if (const auto ago = parse_ago(text)) return now - *ago;
  if (const auto moment = parse_moment(text)) return *moment;
  throw UsageError(
      fmt::format("{} {}: that is no time; give one such as 2026-11-23, '2026-11-23 14:05', "
                  "2026-11-23T14:05:09+02:00, or 30m, 12h or 7d for that long ago",
                  option, text));
}

}  // namespace rota::cli
