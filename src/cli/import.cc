// SPDX-License-Identifier: Apache-2.0
// rota import FILE: takes a JSON log into that of the project.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "report/counted.h"

#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

namespace rota::cli {
namespace {

namespace fs = std::filesystem;

struct ImportOptionsGiven {
  std::string file;
  bool replace = false;
  std::string time_zone = "local";
  bool skip_bad = false;
};

// A name of the system's list of zones becomes the zone of this process, before anything else looks at it.
std::string time_zone_of(const std::string& name) {
  const fs::path zones = "/usr/share/zoneinfo";
  const bool is_plain = !name.empty() && name.find("..") == std::string::npos &&
                        name.front() != '/' && name != "local" && name != "UTC" &&
                        name.find('\0') == std::string::npos;
  std::error_code ignored;
  if (!is_plain || !fs::is_regular_file(zones / name, ignored)) return name;
  ::setenv("TZ", (":" + name).c_str(), 1);
  ::tzset();
  return "local";
}

int import_log(const CommandLine& line, const ImportOptionsGiven& given) {
  ImportOptions options{.mode = given.replace ? ImportMode::replace : ImportMode::merge,
                        .time_zone = time_zone_of(given.time_zone),
                        .skip_bad = given.skip_bad};
  const Project project = find_project_for(line);
  const auto log = open_sqlite_log(project.log_path, {.project_root = project.root});
  const ImportSummary summary = import_execution_log(*log, given.file, options);
  for (const std::string& problem : summary.problems) print_warning(problem);
  if (summary.skipped > summary.problems.size())
    print_warning(fmt::format("{} more were skipped", summary.skipped - summary.problems.size()));
  print(fmt::format("{} imported, {} known already, {} skipped\n",
                    counted(summary.imported, "execution", "executions"), summary.known,
                    summary.skipped));
  return kDone;
}

}  // namespace

void add_import(Command& app, CommandLine& line) {
  Command command = app.add_command(
      "import", "Take the executions of a JSON log into that of the project: all or none");
  auto given = std::make_shared<ImportOptionsGiven>();
  command.add_option("FILE", given->file, "A log in JSON (schema 1.x), as `rota export` writes it")
      .required()
      .value_name("");
  command.add_flag("--replace", given->replace,
                   "Remove all executions that are there; refused while one is active");
  command
      .add_option(
          "--tz", given->time_zone,
          "Zone of times that name none: local, UTC, +HH:MM, or a name such as Europe/Berlin")
      .value_name("ZONE")
      .with_default();
  command.add_flag("--skip-bad", given->skip_bad, "Leave out what is bad, with a warning each");
  command.does([&line, given] { return import_log(line, *given); });
}

}  // namespace rota::cli
