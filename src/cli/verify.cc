// SPDX-License-Identifier: Apache-2.0
// rota verify: whether the log is sound.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "report/upkeep_text.h"

#include <fmt/format.h>

namespace rota::cli {
namespace {

int verify(const CommandLine& line) {
  const Project project = find_project_for(line);
  if (!has_log(project))
    print_warning(fmt::format("there is no log yet: {}", project.log_path.string()));
  const auto log = open_log_for_reading(project);
  const std::vector<LogFinding> findings = log->validate_execution_log();
  const std::string location = project.log_path.string();
  print(line.json ? findings_to_json(location, findings) : findings_to_text(location, findings));
  return findings.empty() ? kDone : kFailed;
}

}  // namespace

void add_verify(Command& app, CommandLine& line) {
  Command command = app.add_command("verify", "Check that the log is sound; changes nothing");
  add_json(command, line);
  command.does([&line] { return verify(line); });
}

}  // namespace rota::cli
