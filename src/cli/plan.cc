// SPDX-License-Identifier: Apache-2.0
// rota plan [ID...]: what would run, what not, and why.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/selection.h"
#include "report/json.h"
#include "report/text.h"

#include <CLI/CLI.hpp>

namespace rota::cli {

int show_plan(const CommandLine& line, const ProjectTasks& tasks) {
  const auto log = tasks.open_log_for_reading();
  const Plan plan = select_plan(line, tasks, *log);
  print(line.json ? plan_to_json(plan) : plan_to_text(plan));
  return kDone;
}

void add_plan(CLI::App& app, CommandLine& line) {
  CLI::App* command =
      app.add_subcommand("plan", "Show what `rota run` would run, what not, and why");
  add_plan_options(*command, line);
  add_json(*command, line);
  command->callback([&line] {
    line.command = [&line] {
      const ProjectTasks tasks(line);
      tasks.explain_if_empty();
      return show_plan(line, tasks);
    };
  });
}

}  // namespace rota::cli
