// SPDX-License-Identifier: Apache-2.0
#include <rota/arguments.h>
#include <rota/policy.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr double kMostMilliseconds = 1e14;  // some thousand years
constexpr double kMostBytes = 1e18;

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A number from 0 and the unit behind it.
std::optional<std::pair<double, std::string_view>> parse_quantity(std::string_view text) {
  text = trim(text);
  double number = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (read.ec != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  return std::pair(number, trim(text.substr(static_cast<std::size_t>(read.ptr - text.data()))));
}

template <class Units>
std::optional<double> parse_with_unit(std::string_view text, const Units& units, double most) {
  const auto quantity = parse_quantity(text);
  if (!quantity) return std::nullopt;
  for (const auto& [name, factor] : units) {
    if (quantity->second == name && quantity->first * factor <= most)
      return quantity->first * factor;
  }
  return std::nullopt;
}

template <class Number>
Number parse_number(std::string_view value, Number least, Number most) {
  value = trim(value);
  Number number{};
  const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  if (read.ec == std::errc() && read.ptr == value.data() + value.size() && number >= least &&
      number <= most)
    return number;
  throw ArgumentError(fmt::format("'{}' is no number from {} to {}", value, least, most));
}

bool parse_boolean(std::string_view value) {
  if (value == "true") return true;
  if (value == "false") return false;
  throw ArgumentError(fmt::format("'{}' is neither true nor false", value));
}

std::vector<std::string> parse_names(std::string_view value) {
  std::vector<std::string> names;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(','), value.size());
    if (const std::string_view name = trim(value.substr(0, end)); !name.empty())
      names.emplace_back(name);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

unsigned parse_retry_on(std::string_view value) {
  constexpr std::array kKinds = {
      std::pair("any", RetryOn::kAny), std::pair("error", RetryOn::kError),
      std::pair("crash", RetryOn::kCrash), std::pair("timeout", RetryOn::kTimeout),
      std::pair("memory", RetryOn::kMemory)};
  unsigned kinds = 0;
  for (const std::string& name : parse_names(value)) {
    const auto at =
        std::ranges::find_if(kKinds, [&](const auto& kind) { return name == kind.first; });
    if (at == kKinds.end())
      throw ArgumentError(fmt::format(
          "'{}' is no kind of failure (there are: any, error, crash, timeout, memory)", name));
    kinds |= at->second;
  }
  return kinds;
}

Isolation parse_isolation(std::string_view value) {
  if (value == "shared") return Isolation::shared;
  if (value == "fresh") return Isolation::fresh;
  throw ArgumentError(fmt::format("'{}' is no isolation (there are: shared, fresh)", value));
}

std::chrono::seconds whole_seconds(std::chrono::milliseconds duration) {
  if (duration.count() == 0) throw ArgumentError("a limit of nothing lets nothing run");
  return std::chrono::ceil<std::chrono::seconds>(duration);
}

template <class T>
T require_some(T limit) {
  if (limit == T{}) throw ArgumentError("a limit of nothing lets nothing run");
  return limit;
}

// False: there is no such name.
bool set_known(TaskPolicy& policy, std::string_view name, std::string_view value) {
  if (name == "retries")
    policy.retries = parse_number<std::uint32_t>(value, 0, 1'000'000);
  else if (name == "retry_delay")
    policy.retry_delay = parse_duration(value);
  else if (name == "retry_factor")
    policy.retry_factor = parse_number<double>(value, 1, 1000);
  else if (name == "retry_max_delay")
    policy.retry_max_delay = parse_duration(value);
  else if (name == "retry_jitter")
    policy.retry_jitter = parse_number<double>(value, 0, 1);
  else if (name == "retry_on")
    policy.retry_on = parse_retry_on(value);
  else if (name == "timeout")
    policy.timeout = require_some(parse_duration(value));
  else if (name == "memory_limit")
    policy.memory_limit_bytes = require_some(parse_size(value));
  else if (name == "cpu_limit")
    policy.cpu_limit = whole_seconds(parse_duration(value));
  else if (name == "output_limit")
    policy.output_limit_bytes = require_some(parse_size(value));
  else if (name == "priority")
    policy.priority = parse_number<std::int64_t>(value, -1'000'000, 1'000'000);
  else if (name == "pools")
    policy.pools = parse_names(value);
  else if (name == "isolation")
    policy.isolation = parse_isolation(trim(value));
  else if (name == "checkpoints")
    policy.checkpoints = parse_boolean(trim(value));
  else
    return false;
  return true;
}

}  // namespace

std::chrono::milliseconds parse_duration(std::string_view text) {
  constexpr std::array kUnits = {std::pair("ms", 1.0), std::pair("s", 1000.0),
                                 std::pair("m", 60'000.0), std::pair("h", 3'600'000.0),
                                 std::pair("d", 86'400'000.0)};
  if (const auto parsed = parse_with_unit(text, kUnits, kMostMilliseconds))
    return std::chrono::milliseconds(std::llround(*parsed));
  throw ArgumentError(
      fmt::format("'{}' is no duration; write a number with ms, s, m, h or d", text));
}

std::uint64_t parse_size(std::string_view text) {
  constexpr double kKibi = 1024;
  constexpr std::array kUnits = {
      std::pair("B", 1.0), std::pair("KiB", kKibi), std::pair("MiB", kKibi * kKibi),
      std::pair("GiB", kKibi * kKibi * kKibi), std::pair("TiB", kKibi * kKibi * kKibi * kKibi)};
  if (const auto parsed = parse_with_unit(text, kUnits, kMostBytes))
    return static_cast<std::uint64_t>(*parsed);
  throw ArgumentError(
      fmt::format("'{}' is no size; write a number with B, KiB, MiB, GiB or TiB", text));
}

void set_policy(TaskPolicy& policy, std::string_view name, std::string_view value) try {
  if (set_known(policy, name, value)) return;
  throw ArgumentError(
      "there is no such policy (there are: retries, retry_delay, retry_factor, retry_max_delay, "
      "retry_jitter, retry_on, timeout, memory_limit, cpu_limit, output_limit, priority, pools, "
      "isolation, checkpoints)");
} catch (const ArgumentError& error) {
  throw ArgumentError(fmt::format("{}: {}", name, error.what()));
}

TaskPolicy merge(const TaskPolicy& stronger, const TaskPolicy& weaker) {
  TaskPolicy merged = stronger;
  const auto take = [](auto& field, const auto& other) {
    if (!field) field = other;
  };
  take(merged.retries, weaker.retries);
  take(merged.retry_delay, weaker.retry_delay);
  take(merged.retry_factor, weaker.retry_factor);
  take(merged.retry_max_delay, weaker.retry_max_delay);
  take(merged.retry_jitter, weaker.retry_jitter);
  take(merged.retry_on, weaker.retry_on);
  take(merged.timeout, weaker.timeout);
  take(merged.memory_limit_bytes, weaker.memory_limit_bytes);
  take(merged.cpu_limit, weaker.cpu_limit);
  take(merged.output_limit_bytes, weaker.output_limit_bytes);
  take(merged.priority, weaker.priority);
  take(merged.pools, weaker.pools);
  take(merged.isolation, weaker.isolation);
  take(merged.checkpoints, weaker.checkpoints);
  return merged;
}

std::chrono::milliseconds retry_delay(const TaskPolicy& policy, std::uint32_t retry,
                                      double random) noexcept {
  constexpr double kFirst = 1000;
  constexpr double kMost = 60'000;
  const auto milliseconds = [](const auto& duration, double fallback) {
    return duration ? static_cast<double>(duration->count()) : fallback;
  };
  const double grown = milliseconds(policy.retry_delay, kFirst) *
                       std::pow(policy.retry_factor.value_or(2), retry > 0 ? retry - 1 : 0);
  const double capped = std::min(grown, milliseconds(policy.retry_max_delay, kMost));
  const double jitter = policy.retry_jitter.value_or(0.1) * (2 * random - 1);
  return std::chrono::milliseconds(
      std::llround(std::clamp(capped * (1 + jitter), 0.0, kMostMilliseconds)));
}

}  // namespace rota::inline v1
