// SPDX-License-Identifier: Apache-2.0
// rota plan [ID...]: what would run, what not, and why.
#include "cli/exit_code.h"
#include "cli/kept.h"
#include "cli/output.h"
#include "cli/selection.h"
#include "report/json.h"
#include "report/text.h"

namespace rota::cli {

int show_plan(const CommandLine& line, const ProjectTasks& tasks) {
  const auto log = tasks.open_log_for_reading();
  const Plan& plan = keep_to_the_end(std::make_unique<const Plan>(select_plan(line, tasks, *log)));
  print(line.json ? plan_to_json(plan) : plan_to_text(plan));
  return kDone;
}

void add_plan(Command& app, CommandLine& line) {
  Command command = app.add_command("plan", "Show what `rota run` would run, what not, and why");
  add_plan_options(command, line);
  add_json(command, line);
  command.does([&line] {
    const auto& tasks = keep_to_the_end(std::make_unique<const ProjectTasks>(line));
    tasks.explain_if_empty();
    return show_plan(line, tasks);
  });
}

}  // namespace rota::cli
