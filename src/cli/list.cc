// SPDX-License-Identifier: Apache-2.0
// rota list: the task classes of the project.
#include "cli/kept.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "report/json.h"
#include "report/text.h"

namespace rota::cli {

void add_list(Command& app, CommandLine& line) {
  Command command =
      app.add_command("list", "List the task classes of the project, without running them");
  add_json(command, line);
  command.does([&line] {
    const auto& tasks = keep_to_the_end(std::make_unique<const ProjectTasks>(line));
    if (tasks.registry().size() == 0)
      tasks.explain_if_empty();
    else
      tasks.explain_uncertain();
    const auto all = tasks.registry().list_registered_tasks();
    print(line.json ? tasks_to_json(all) : tasks_to_text(all));
    return 0;
  });
}

}  // namespace rota::cli
