// SPDX-License-Identifier: Apache-2.0
#include "exchange/time_zone.h"

#include "os/one_line.h"

#include <array>
#include <cstddef>
#include <ctime>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
using LocalTime = std::chrono::local_time<microseconds>;

// Takes text from its beginning.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool take(char wanted) {
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Exactly so many digits.
  std::optional<int> number(std::size_t digits) {
    if (text_.size() < digits) return std::nullopt;
    int value = 0;
    for (const char digit : text_.substr(0, digits)) {
      if (digit < '0' || digit > '9') return std::nullopt;
      value = 10 * value + (digit - '0');
    }
    text_.remove_prefix(digits);
    return value;
  }
  bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
};

// "+HH:MM", "-HH:MM".
std::optional<seconds> take_offset(Cursor& text) {
  const bool is_west = text.take('-');
  if (!is_west && !text.take('+')) return std::nullopt;
  const auto hours = text.number(2);
  if (!hours || !text.take(':')) return std::nullopt;
  const auto minutes = text.number(2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const seconds offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return is_west ? -offset : offset;
}

std::optional<std::chrono::local_days> take_date(Cursor& text) {
  const auto year = text.number(4);
  if (!year || !text.take('-')) return std::nullopt;
  const auto month = text.number(2);
  if (!month || !text.take('-')) return std::nullopt;
  const auto day = text.number(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (*year < 1 || !date.ok()) return std::nullopt;
  return std::chrono::local_days(date);
}

std::optional<microseconds> take_fraction(Cursor& text) {
  if (!text.take('.')) return microseconds(0);
  microseconds fraction(0);
  std::size_t digits = 0;
  for (; const auto digit = text.number(1); ++digits) {
    if (digits < 6) fraction = 10 * fraction + microseconds(*digit);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) fraction *= 10;
  return fraction;
}

std::optional<microseconds> take_time_of_day(Cursor& text) {
  const auto hours = text.number(2);
  if (!hours || !text.take(':')) return std::nullopt;
  const auto minutes = text.number(2);
  if (!minutes || !text.take(':')) return std::nullopt;
  const auto whole_seconds = text.number(2);
  const auto fraction = whole_seconds ? take_fraction(text) : std::nullopt;
  if (!fraction || *hours > 23 || *minutes > 59 || *whole_seconds > 59) return std::nullopt;
  return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + seconds(*whole_seconds) +
         *fraction;
}

// How far the clock of this process's zone is ahead of UTC at that moment.
seconds process_offset(TimePoint time) {
  const std::time_t moment = std::chrono::floor<seconds>(time).time_since_epoch().count();
  std::tm local{};
  if (::localtime_r(&moment, &local) == nullptr) return seconds(0);
  return seconds(local.tm_gmtoff);
}

std::string text_of(LocalTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}", int{date.year()},
                     unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace

TimeZone::TimeZone(std::string_view name) {
  if (name == "local") return;
  if (name == "UTC") {
    offset_ = seconds(0);
    return;
  }
  Cursor text(name);
  offset_ = take_offset(text);
  if (!offset_ || !text.at_end()) {
    throw ArgumentError(fmt::format(
        "'{}' is no time zone; give local, UTC, or an offset such as +01:00", one_line(name)));
  }
}

TimePoint TimeZone::to_utc(LocalTime time) const {
  const TimePoint as_utc(time.time_since_epoch());
  if (offset_) return as_utc - *offset_;
  // A zone changes at most once in two days.
  const seconds before = process_offset(as_utc - std::chrono::days(1));
  const seconds after = process_offset(as_utc + std::chrono::days(1));
  if (before == after || process_offset(as_utc - before) == before) return as_utc - before;
  return process_offset(as_utc - after) == after ? as_utc - after : as_utc - before;
}

LocalTime TimeZone::to_local(TimePoint time) const {
  return LocalTime(time.time_since_epoch() + (offset_ ? *offset_ : process_offset(time)));
}

std::optional<TimePoint> parse_time(std::string_view whole, const TimeZone& zone) {
  Cursor text(whole);
  const auto date = take_date(text);
  if (!date || (!text.take('T') && !text.take(' '))) return std::nullopt;
  const auto time_of_day = take_time_of_day(text);
  if (!time_of_day) return std::nullopt;
  const LocalTime time = *date + *time_of_day;
  if (text.at_end()) return zone.to_utc(time);
  const auto offset = text.take('Z') ? std::optional(seconds(0)) : take_offset(text);
  if (!offset || !text.at_end()) return std::nullopt;
  return TimePoint(time.time_since_epoch()) - *offset;
}

std::string naive_time_text(TimePoint time, const TimeZone& zone) {
  return text_of(zone.to_local(time));
}

std::string utc_text(TimePoint time) { return text_of(LocalTime(time.time_since_epoch())) + 'Z'; }

}  // namespace rota::inline v1
