// SPDX-License-Identifier: Apache-2.0
// rota show ID: all metadata of one task class.
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "report/json.h"
#include "report/text.h"

namespace rota::cli {

void add_show(Command& app, CommandLine& line) {
  Command command = app.add_command("show", "Show all metadata of a task class");
  add_one_task_id(command, line);
  add_json(command, line);
  command.does([&line] {
    const ProjectTasks tasks(line);
    const TaskMetadata& metadata = tasks.require(line.task_ids.front())->metadata();
    print(line.json ? task_to_json(metadata) : task_to_text(metadata));
    return 0;
  });
}

}  // namespace rota::cli
