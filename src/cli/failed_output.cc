// SPDX-License-Identifier: Apache-2.0
#include "cli/failed_output.h"

#include "cli/output_files.h"
#include "report/printable.h"

#include <cstddef>
#include <sstream>
#include <vector>

#include <fmt/format.h>

namespace rota::cli {
namespace {

constexpr std::size_t kMaxTasks = 5;
constexpr std::size_t kMaxLines = 15;

std::vector<std::string> last_lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
  if (lines.size() > kMaxLines)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kMaxLines));
  return lines;
}

}  // namespace

std::string failed_output_text(const RunSummary& summary, const Plan& plan,
                               const Project& project) {
  std::string text;
  std::size_t shown = 0;
  for (const TaskOutcome& outcome : summary.outcomes) {
    const bool has_failed =
        outcome.state == ExecutionState::failed || outcome.state == ExecutionState::timeout;
    if (!has_failed || outcome.output_path.empty() || shown == kMaxTasks) continue;
    ++shown;
    text += fmt::format("what {} printed at the end ({}):\n", plan.graph.task_id(outcome.task),
                        printable(outcome.output_path));
    for (const std::string& line : last_lines(read_output_tail(outcome.output_path, project)))
      text += "  | " + printable(line) + "\n";
  }
  return text;
}

}  // namespace rota::cli
