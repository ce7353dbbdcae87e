// SPDX-License-Identifier: Apache-2.0
// rota check ID: whether all that a task depends on has succeeded.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "report/json.h"
#include "report/text.h"

namespace rota::cli {

void add_check(Command& app, CommandLine& line) {
  Command command = app.add_command("check",
                                    "Tell whether each task that a task depends on has ever "
                                    "succeeded (exit status 0) or not (1); `rota plan` "
                                    "tells what is stale");
  add_one_task_id(command, line);
  add_json(command, line);
  command.does([&line]() -> int {
    const ProjectTasks tasks(line);
    const TaskMetadata& metadata = tasks.require(line.task_ids.front())->metadata();
    const auto log = tasks.open_log_for_reading();
    const auto unsatisfied =
        find_unsatisfied_dependencies(metadata.task_id, metadata.dependencies, *log);
    print(line.json ? check_to_json(metadata, unsatisfied) : check_to_text(metadata, unsatisfied));
    return unsatisfied.empty() ? kDone : kFailed;
  });
}

}  // namespace rota::cli
