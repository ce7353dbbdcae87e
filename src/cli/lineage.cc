// SPDX-License-Identifier: Apache-2.0
// rota lineage PATH: what a file was made from, or what was made from it.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "report/lineage_text.h"

#include <fmt/format.h>

namespace rota::cli {
namespace {

struct LineageOptions {
  std::string path;
  bool up = false;  // as it is without
  bool down = false;
  bool dot = false;
};

// A file that no execution has to do with is a slip of the pen.
void require_known(const ExecutionLog& log, const std::string& path) {
  const std::string name = log.path_in_log(path);
  for (const FileDirection direction : {FileDirection::output, FileDirection::input}) {
    if (!log.find_file_uses({.path = name, .direction = direction, .limit = 1}).empty()) return;
  }
  throw UsageError(
      fmt::format("no execution in the log {} made or read the file {}; name a file that a task "
                  "tracks, relative to the current folder",
                  log.location(), name));
}

int show_lineage(const CommandLine& line, const LineageOptions& given) {
  const Project project = find_project_for(line);
  if (!has_log(project)) {
    throw UsageError(fmt::format(
        "there is no log yet ({}), so nothing is known of the file {}; run a task first",
        project.log_path.string(), given.path));
  }
  const auto log = open_log_for_reading(project);
  require_known(*log, given.path);
  const Lineage found =
      lineage(*log, given.path, given.down ? LineageDirection::down : LineageDirection::up);
  if (line.json) {
    print(lineage_to_json(found));
  } else {
    print(given.dot ? lineage_to_dot(found) : lineage_to_text(found));
  }
  return kDone;
}

}  // namespace

void add_lineage(Command& app, CommandLine& line) {
  Command command = app.add_command(
      "lineage", "Show what a file was made from, or what was made from it, as the log has it");
  auto given = std::make_shared<LineageOptions>();
  command.add_option("PATH", given->path, "A file that tasks make or read")
      .required()
      .value_name("");
  const Option up = command.add_flag("--up", given->up, "What it was made from (default)");
  command.add_flag("--down", given->down, "What was made from it").excludes(up);
  const Option json = add_json(command, line);
  command.add_flag("--dot", given->dot, "Print a graph for Graphviz").excludes(json);
  command.does([&line, given] { return show_lineage(line, *given); });
}

}  // namespace rota::cli
