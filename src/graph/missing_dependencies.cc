// SPDX-License-Identifier: Apache-2.0
#include "graph/missing_dependencies.h"

#include <rota/error.h>

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// Comparing every missing id with every known one would take minutes where there are many of both.
constexpr std::size_t kComparisons = 5'000'000;

class Suggestions {
 public:
  explicit Suggestions(std::span<const std::string_view> known) : known_(known) {}

  // "; did you mean t_a?", or nothing.
  const std::string& for_id(const std::string& wanted) {
    const auto [at, is_new] = made_.try_emplace(wanted);
    if (is_new && (comparisons_ += known_.size()) <= kComparisons) {
      if (const auto nearest = nearest_task_id(wanted, known_)) {
        at->second = fmt::format("; did you mean {}?", *nearest);
      }
    }
    return at->second;
  }

 private:
  std::span<const std::string_view> known_;
  std::unordered_map<std::string, std::string> made_;
  std::size_t comparisons_ = 0;
};

// What was asked for may be anything, and it goes to a terminal.
std::string printable(std::string_view id) {
  if (id.empty()) return "''";
  std::string text;
  for (const char c : id) {
    const auto byte = static_cast<unsigned char>(c);
    text += byte < 0x20 || byte == 0x7F ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return text;
}

// More is read by nobody, and 20,000 lines would be a megabyte.
constexpr std::size_t kShownLines = 50;

// `line` gives the line of one position.
template <class Line>
[[noreturn]] void throw_lines(std::string_view summary, std::size_t count, const Line& line) {
  if (count == 1) throw PlanError(line(0));
  std::string text = fmt::format("{} {}:", count, summary);
  for (std::size_t at = 0; at < std::min(count, kShownLines); ++at) text += "\n  " + line(at);
  if (count > kShownLines) text += fmt::format("\n  and {} more", count - kShownLines);
  throw PlanError(text);
}

}  // namespace

void throw_missing_dependencies(std::vector<MissingDependency> missing,
                                std::span<const std::string_view> known,
                                std::string_view not_being) {
  std::ranges::sort(missing, {},
                    [](const MissingDependency& one) { return std::tie(one.task_id, one.needs); });
  Suggestions suggestions(known);
  throw_lines(fmt::format("dependencies are not {}", not_being), missing.size(),
              [&](std::size_t at) {
                const MissingDependency& one = missing[at];
                return fmt::format("{} needs {}, which is not {}{}", printable(one.task_id),
                                   printable(one.needs), not_being, suggestions.for_id(one.needs));
              });
}

void throw_unknown_tasks(std::vector<std::string> task_ids,
                         std::span<const std::string_view> known) {
  std::ranges::sort(task_ids);
  task_ids.erase(std::unique(task_ids.begin(), task_ids.end()), task_ids.end());
  Suggestions suggestions(known);
  throw_lines("tasks are not registered", task_ids.size(), [&](std::size_t at) {
    return fmt::format("no task {} is registered{}", printable(task_ids[at]),
                       suggestions.for_id(task_ids[at]));
  });
}

}  // namespace rota::inline v1
