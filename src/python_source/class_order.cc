// SPDX-License-Identifier: Apache-2.0
#include "python_source/class_order.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr std::size_t kLongestLine = 200;

// Bases that are in no project's files and tell nothing about tasks.
bool is_of_python(std::string_view base) {
  constexpr std::array<std::string_view, 9> kKnown = {
      "object",         "abc.ABC",         "ABC",
      "typing.Generic", "Generic",         "typing.Protocol",
      "Protocol",       "builtins.object", "typing_extensions.Protocol"};
  return std::ranges::find(kKnown, base) != kKnown.end();
}

std::string_view last_part(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

}  // namespace

void ClassOrder::add(std::string_view module, PlacedClass placed) {
  const auto number = static_cast<std::uint32_t>(classes_.size());
  by_full_name_[fmt::format("{}.{}", module, placed.of->name)].push_back(number);
  by_name_[placed.of->name].push_back(number);
  classes_.push_back(placed);
  modules_.emplace_back(module);
  lines_.emplace_back();
  states_.push_back(State::open);
}

std::optional<std::uint32_t> ClassOrder::find(std::string_view name,
                                              const std::string* root) const {
  const auto found = by_full_name_.find(std::string(name));
  if (found == by_full_name_.end()) return find_re_exported(name, root);
  // What lies under the same root is what an import would find first.
  const auto same = std::ranges::find_if(
      found->second, [&](std::uint32_t one) { return *classes_[one].root == *root; });
  return same != found->second.end() ? *same : found->second.front();
}

// `scripts.tasks.Base` where scripts/tasks/__init__.py imports it from scripts.tasks.base: when just one class
// below the package has the name.
std::optional<std::uint32_t> ClassOrder::find_re_exported(std::string_view name,
                                                          const std::string* root) const {
  const std::string_view last = last_part(name);
  if (last.size() == name.size()) return std::nullopt;
  const std::string package(name.substr(0, name.size() - last.size()));  // with its dot
  const auto named = by_name_.find(last);
  if (named == by_name_.end()) return std::nullopt;
  std::optional<std::uint32_t> only;
  for (const std::uint32_t one : named->second) {
    if (*classes_[one].root != *root || !modules_[one].starts_with(package)) continue;
    if (only) return std::nullopt;
    only = one;
  }
  return only;
}

const ClassLine& ClassOrder::line_of(std::uint32_t number) {
  if (states_[number] != State::open) return lines_[number];
  states_[number] = State::under_way;
  lines_[number].is_broken = true;  // for who comes back to it from its own bases
  if (depth_ == kLongestLine) return lines_[number];
  ++depth_;
  ClassLine made = make_line(number);
  --depth_;
  lines_[number] = std::move(made);
  states_[number] = State::done;
  return lines_[number];
}

// Depth first and from the left, and of what is met several times the last: what Python's order comes to for all
// but odd hierarchies.
ClassLine ClassOrder::make_line(std::uint32_t number) {
  ClassLine line;
  std::vector<std::uint32_t> all{number};
  for (const std::string& base : classes_[number].of->bases) take_base(base, number, line, all);
  if (all.size() > kLongestLine) line.is_broken = true;
  if (line.is_broken) all.resize(1);
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    if (std::ranges::find(line.classes, *one) == line.classes.end()) line.classes.push_back(*one);
  }
  std::ranges::reverse(line.classes);
  return line;
}

void ClassOrder::take_base(const std::string& base, std::uint32_t number, ClassLine& line,
                           std::vector<std::uint32_t>& all) {
  if (last_part(base) == "BaseTask") {
    line.reaches_base_task = true;
    return;
  }
  if (is_of_python(base) || line.is_broken) return;
  const auto found = find(base, classes_[number].root);
  if (!found) {
    line.unknown_bases.push_back(base);
    return;
  }
  const ClassLine& above = line_of(*found);
  line.reaches_base_task = line.reaches_base_task || above.reaches_base_task;
  line.is_broken = line.is_broken || above.is_broken;
  line.unknown_bases.insert(line.unknown_bases.end(), above.unknown_bases.begin(),
                            above.unknown_bases.end());
  all.insert(all.end(), above.classes.begin(), above.classes.end());
  if (all.size() > kLongestLine || line.unknown_bases.size() > kLongestLine) line.is_broken = true;
}

}  // namespace rota::inline v1
