// SPDX-License-Identifier: Apache-2.0
// rota list: the task classes of the project.
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "report/json.h"
#include "report/text.h"

#include <CLI/CLI.hpp>

namespace rota::cli {

void add_list(CLI::App& app, CommandLine& line) {
  CLI::App* command =
      app.add_subcommand("list", "List the task classes of the project, without running them");
  add_json(*command, line);
  command->callback([&line] {
    line.command = [&line] {
      const ProjectTasks tasks(line);
      tasks.explain_if_empty();
      const auto all = tasks.registry().list_registered_tasks();
      print(line.json ? tasks_to_json(all) : tasks_to_text(all));
      return 0;
    };
  });
}

}  // namespace rota::cli
