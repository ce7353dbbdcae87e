// SPDX-License-Identifier: Apache-2.0
#include "cli/failed_output.h"

#include "report/printable.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <vector>

#include <fmt/format.h>

namespace rota::cli {
namespace {

constexpr std::size_t kMaxTasks = 5;
constexpr std::size_t kMaxLines = 15;
constexpr std::streamoff kMaxBytes = 8192;

std::vector<std::string> last_lines(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file.tellg();
  if (size <= 0) return {};
  file.seekg(std::max<std::streamoff>(size - kMaxBytes, 0));
  std::vector<std::string> lines;
  std::string line;
  if (size > kMaxBytes) std::getline(file, line);  // most likely a part of one
  while (std::getline(file, line)) lines.push_back(printable(line));
  if (lines.size() > kMaxLines)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kMaxLines));
  return lines;
}

}  // namespace

std::string failed_output_text(const RunSummary& summary, const Plan& plan) {
  std::string text;
  std::size_t shown = 0;
  for (const TaskOutcome& outcome : summary.outcomes) {
    const bool has_failed =
        outcome.state == ExecutionState::failed || outcome.state == ExecutionState::timeout;
    if (!has_failed || outcome.output_path.empty() || shown == kMaxTasks) continue;
    ++shown;
    text += fmt::format("what {} printed at the end ({}):\n", plan.graph.task_id(outcome.task),
                        printable(outcome.output_path));
    for (const std::string& line : last_lines(outcome.output_path)) text += "  | " + line + "\n";
  }
  return text;
}

}  // namespace rota::cli
