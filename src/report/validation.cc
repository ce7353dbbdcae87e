// SPDX-License-Identifier: Apache-2.0
#include "report/validation.h"

#include "report/counted.h"
#include "report/json_text.h"
#include "report/printable.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {
namespace {

constexpr std::string_view kIndent = "        ";

// Each line of what a plugin wrote, set off so that none can be taken for one of ours.
std::string set_off(std::string_view output) {
  std::string text;
  while (!output.empty()) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    text += fmt::format("{}  | {}\n", kIndent, printable(output.substr(0, end)));
    output.remove_prefix(std::min(end + 1, output.size()));
  }
  return text.empty() ? text : fmt::format("{}it wrote:\n{}", kIndent, text);
}

std::string first_line(const PluginValidation& plugin) {
  const std::string file = printable(plugin.file.string());
  if (!plugin.note.empty()) return fmt::format("-       {}: {}\n", file, printable(plugin.note));
  return fmt::format("ok      {}  ({})\n", file,
                     counted(plugin.made.size(), "task class", "task classes"));
}

std::string failure_to_text(const std::string& file, const ValidationFailure& failure) {
  const std::string whose = failure.task_id.empty() ? "" : failure.task_id + ": ";
  return fmt::format("FAILED  {}: {}\n{}", printable(file), printable(whose + failure.message),
                     set_off(failure.output));
}

Json file_tree(const PluginValidation& plugin) {
  Json not_made = Json::array();
  for (const ClassNotMade& one : plugin.not_made)
    not_made.push_back({{"task_id", one.task_id}, {"reason", one.reason}});
  Json failures = Json::array();
  for (const ValidationFailure& one : plugin.failures) {
    failures.push_back({{"task_id", one.task_id.empty() ? Json(nullptr) : Json(one.task_id)},
                        {"message", one.message},
                        {"output", one.output}});
  }
  return {
      {"file", plugin.file.string()},    {"good", plugin.good()},           {"made", plugin.made},
      {"not_made", std::move(not_made)}, {"failures", std::move(failures)}, {"note", plugin.note}};
}

}  // namespace

std::string validation_to_text(const PluginValidation& plugin) {
  std::string text = plugin.good() ? first_line(plugin) : "";
  for (const ValidationFailure& failure : plugin.failures)
    text += failure_to_text(plugin.file.string(), failure);
  if (!plugin.good() && !plugin.made.empty())
    text += fmt::format("{}good: {}\n", kIndent,
                        printable(fmt::to_string(fmt::join(plugin.made, ", "))));
  for (const ClassNotMade& one : plugin.not_made)
    text +=
        fmt::format("{}not made: {}: {}\n", kIndent, printable(one.task_id), printable(one.reason));
  return text;
}

std::string validation_summary(const std::vector<PluginValidation>& plugins) {
  const auto good =
      static_cast<std::size_t>(std::ranges::count_if(plugins, &PluginValidation::good));
  return fmt::format("{}: {} good, {} failed\n", counted(plugins.size(), "file", "files"), good,
                     plugins.size() - good);
}

std::string validation_to_json(const std::vector<PluginValidation>& plugins) {
  const Json head = {{"good", std::ranges::all_of(plugins, &PluginValidation::good)}};
  return with_list(head, "files", lines(plugins, file_tree));
}

}  // namespace rota::inline v1
