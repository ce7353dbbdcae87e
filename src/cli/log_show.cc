// SPDX-License-Identifier: Apache-2.0
// rota log show RUN: all of one execution.
#include "cli/exit_code.h"
#include "cli/log.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "cli/run_name.h"
#include "report/json.h"
#include "report/text.h"

#include <CLI/CLI.hpp>

namespace rota::cli {

CLI::App* add_log_show(CLI::App& log, CommandLine& line) {
  CLI::App* command = log.add_subcommand("show", "Show all of one execution, its files too");
  auto run = std::make_shared<std::string>();
  command->add_option("RUN", *run, "Its task run id, or the first 4 or more characters of it")
      ->required()
      ->type_name("");
  add_json(*command, line);
  command->callback([&line, run] {
    line.command = [&line, run] {
      const auto log = open_log_for_reading(find_project_for(line));
      const Execution execution = log->find_execution(find_task_run_id(*log, *run)).value();
      print(line.json ? execution_to_json(execution) : execution_to_text(execution));
      return kDone;
    };
  });
  return command;
}

}  // namespace rota::cli
