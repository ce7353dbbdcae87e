// SPDX-License-Identifier: Apache-2.0
// rota log [ID]: the history of executions, newest first.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "report/json.h"
#include "report/text.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace rota::cli {
namespace {

struct LogOptionsGiven {
  std::size_t limit = 50;
  std::string state;
};

int show_log(const CommandLine& line, const LogOptionsGiven& given) {
  HistoryQuery query{.limit = given.limit};
  if (!given.state.empty()) {
    query.state = parse_execution_state(given.state);
    if (!query.state) {
      throw UsageError(fmt::format(
          "--state {}: there is no such state; there are: submitted running success failed "
          "timeout cancelled lost skipped_up_to_date upstream_failed blocked",
          given.state));
    }
  }
  const ProjectTasks tasks(line);
  const auto log = tasks.open_log_for_reading();
  if (!line.task_ids.empty()) query.task_id = line.task_ids.front();
  const std::vector<Execution> history = log->get_task_execution_history(query);
  // A task that is no longer there may still have a history; one that has neither is a slip of the pen.
  if (history.empty() && query.task_id) tasks.require(*query.task_id);
  print(line.json ? history_to_json(history) : history_to_text(history));
  return kDone;
}

}  // namespace

void add_log(CLI::App& app, CommandLine& line) {
  CLI::App* command = app.add_subcommand("log", "Show what ran, newest first");
  command->add_option("ID", line.task_ids, "Id of a task; none: all")
      ->expected(0, 1)
      ->type_name("");
  add_json(*command, line);
  auto given = std::make_shared<LogOptionsGiven>();
  command->add_option("--limit,-n", given->limit, "How many executions; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--state", given->state, "Only executions in this state")->type_name("STATE");
  command->callback(
      [&line, given] { line.command = [&line, given] { return show_log(line, *given); }; });
}

}  // namespace rota::cli
