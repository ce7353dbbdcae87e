// SPDX-License-Identifier: Apache-2.0
// rota status: what runs now, from another terminal.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "report/status_text.h"

namespace rota::cli {
namespace {

int show_status(const CommandLine& line) {
  const auto log = open_log_for_reading(find_project_for(line));
  RunStatus status = read_run_status(*log);
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  status.left = estimate_time_left(*log, status, now);
  print(line.json ? status_to_json(status, now) : status_to_text(status, now));
  return kDone;
}

}  // namespace

void add_status(Command& app, CommandLine& line) {
  Command command = app.add_command(
      "status", "Show what runs now and since when, what is done, failed and waits");
  add_json(command, line);
  command.does([&line] { return show_status(line); });
}

}  // namespace rota::cli
