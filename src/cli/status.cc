// SPDX-License-Identifier: Apache-2.0
// rota status: what runs now, from another terminal.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/selection.h"
#include "report/status_text.h"

namespace rota::cli {
namespace {

// Where no plan can be made, what waits is not known; all else is.
std::optional<Plan> make_plan_where_possible(const CommandLine& line, const ProjectTasks& tasks,
                                             const ExecutionLog& log) try {
  return plan_graph(line, tasks, select_graph(line, tasks), log);
} catch (const PlanError&) {
  return {};
} catch (const UsageError&) {
  return {};
}

int show_status(const CommandLine& line) {
  const ProjectTasks tasks(line);
  const auto log = tasks.open_log_for_reading();
  const auto plan = make_plan_where_possible(line, tasks, *log);
  const RunStatus status = read_run_status(*log, plan ? &*plan : nullptr);
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
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
