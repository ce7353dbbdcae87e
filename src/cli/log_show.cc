// SPDX-License-Identifier: Apache-2.0
// rota log show RUN: all of one execution.
#include "cli/exit_code.h"
#include "cli/log.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "cli/run_name.h"
#include "report/json.h"
#include "report/text.h"

namespace rota::cli {

void add_log_show(Command& log, CommandLine& line) {
  Command command = log.add_command("show", "Show all of one execution, its files too");
  auto run = std::make_shared<std::string>();
  command.add_option("RUN", *run, "Its task run id, or the first 4 or more characters of it")
      .required()
      .value_name("");
  add_json(command, line);
  command.does([&line, run] {
    // What is no word of its own would be an ID of `rota log`.
    if (!line.task_ids.empty())
      throw UsageError("log show takes one RUN; see rota log show --help");
    const auto log = open_log_for_reading(find_project_for(line));
    const Execution execution = log->find_execution(find_task_run_id(*log, *run)).value();
    print(line.json ? execution_to_json(execution) : execution_to_text(execution));
    return kDone;
  });
}

}  // namespace rota::cli
