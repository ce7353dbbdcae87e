// SPDX-License-Identifier: Apache-2.0
#include "statistics.h"

#include <algorithm>

#include <fmt/format.h>

namespace flights {
namespace {

bool present(std::int64_t value) { return value != kMissingInteger; }
bool present(double value) { return !std::isnan(value); }

template <class Number>
ColumnProfile profile_numbers(const std::vector<Number>& values) {
  std::vector<Number> sorted;
  sorted.reserve(values.size());
  for (const Number value : values) {
    if (present(value)) sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());
  ColumnProfile profile;
  profile.count = sorted.size();
  profile.missing = values.size() - sorted.size();
  if (sorted.empty()) return profile;

  const std::vector<double> reals(sorted.begin(), sorted.end());
  profile.minimum = fmt::format("{}", sorted.front());
  profile.first_quartile = fmt::format("{}", quantile(reals, 0.25));
  profile.median = fmt::format("{}", quantile(reals, 0.5));
  profile.third_quartile = fmt::format("{}", quantile(reals, 0.75));
  profile.maximum = fmt::format("{}", sorted.back());
  profile.distinct =
      static_cast<std::size_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
  return profile;
}

struct Profiler {
  template <class Number>
  ColumnProfile operator()(const std::vector<Number>& values) const {
    return profile_numbers(values);
  }
  ColumnProfile operator()(const Texts& texts) const {
    ColumnProfile profile;
    std::vector<bool> used(texts.dictionary().size());
    for (std::size_t row = 0; row < texts.size(); ++row) {
      texts.missing(row) ? ++profile.missing : ++profile.count;
      if (!texts.missing(row)) used[texts.codes()[row]] = true;
    }
    for (std::size_t code = 0; code < used.size(); ++code) {
      if (!used[code]) continue;
      const std::string& text = texts.dictionary()[code];
      if (profile.distinct == 0 || text < profile.minimum) profile.minimum = text;
      if (profile.distinct == 0 || text > profile.maximum) profile.maximum = text;
      ++profile.distinct;
    }
    return profile;
  }
};

// Appends the value of a row to a key: as many bytes for each value of a column, equal for equal
// values.
struct KeyPart {
  std::size_t row;
  std::string& key;

  template <class Number>
  void operator()(const std::vector<Number>& values) const {
    append(values[row]);
  }
  void operator()(const Texts& texts) const { append(texts.codes()[row]); }
  template <class Number>
  void append(Number value) const {
    key.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
};

}  // namespace

double quantile(std::span<const double> sorted, double q) {
  if (sorted.empty()) return kMissingReal;
  const double position = static_cast<double>(sorted.size() - 1) * q;
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

ColumnProfile profile_column(const Column& column) { return std::visit(Profiler(), column.values); }

std::vector<std::size_t> group_sizes(const Table& table, const std::vector<std::string>& columns) {
  std::vector<const Column*> parts;
  parts.reserve(columns.size());
  for (const std::string& name : columns) parts.push_back(&table.column(name));
  std::unordered_map<std::string, std::size_t> groups;
  std::string key;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    key.clear();
    for (const Column* part : parts) std::visit(KeyPart{row, key}, part->values);
    ++groups[key];
  }
  std::vector<std::size_t> sizes;
  sizes.reserve(groups.size());
  for (const auto& [group, size] : groups) sizes.push_back(size);
  return sizes;
}

}  // namespace flights
