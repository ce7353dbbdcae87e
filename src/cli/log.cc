// SPDX-License-Identifier: Apache-2.0
// rota log [ID]: the history of executions, newest first.
#include "cli/log.h"

#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "cli/time_argument.h"
#include "report/json.h"
#include "report/text.h"

#include <fmt/format.h>

namespace rota::cli {
namespace {

struct LogOptionsGiven {
  std::size_t limit = 50;
  std::optional<std::string> state;
  std::optional<std::string> since;
  std::optional<std::string> until;
  std::optional<std::string> run_id;
  bool follow = false;
};

ExecutionState parse_state(const std::string& name) {
  if (const auto state = parse_execution_state(name)) return *state;
  throw UsageError(
      fmt::format("--state {}: there is no such state; there are: submitted running success failed "
                  "timeout cancelled lost skipped_up_to_date upstream_failed blocked",
                  name));
}

HistoryQuery query_of(const CommandLine& line, const LogOptionsGiven& given) {
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  HistoryQuery query{.limit = given.limit};
  if (!line.task_ids.empty()) query.task_id = line.task_ids.front();
  if (given.state) query.state = parse_state(*given.state);
  if (given.since) query.since = parse_time(*given.since, "--since", now);
  if (given.until) query.until = parse_time(*given.until, "--until", now);
  query.run_id = given.run_id;
  return query;
}

// A run that no execution belongs to is a slip of the pen.
void require_run(const ExecutionLog& log, const std::string& run_id) {
  if (!log.get_task_execution_history({.limit = 1, .run_id = run_id}).empty()) return;
  throw UsageError(fmt::format(
      "there is no run {} in the log; `rota log --json` shows the run of each execution "
      "as its run_id",
      run_id));
}

int show_log(const CommandLine& line, const LogOptionsGiven& given) {
  const HistoryQuery query = query_of(line, given);
  const ProjectTasks tasks(line);
  const auto log = tasks.open_log_for_reading();
  // A task that is no longer there may still have a history; one that has neither is a slip of the pen.
  const bool is_known =
      !query.task_id ||
      !log->get_task_execution_history({.task_id = query.task_id, .limit = 1}).empty();
  if (!is_known) tasks.require(*query.task_id);
  if (given.follow) {
    if (query.run_id) require_run(*log, *query.run_id);
    return follow_log(tasks.project(), query, line.json);
  }
  const std::vector<Execution> history = log->get_task_execution_history(query);
  if (history.empty() && query.run_id) require_run(*log, *query.run_id);
  print(line.json ? history_to_json(history) : history_to_text(history));
  return kDone;
}

void add_filters(Command& command, LogOptionsGiven& given) {
  command.add_option("--state", given.state, "Only executions in this state").value_name("STATE");
  command
      .add_option("--since", given.since,
                  "Only what started then or later: a date, a date and time, or 30m, 12h, 7d ago")
      .value_name("TIME");
  command.add_option("--until", given.until, "Only what started before then").value_name("TIME");
  command.add_option("--run", given.run_id, "Only executions of this run").value_name("RUN");
}

}  // namespace

void add_log(Command& app, CommandLine& line) {
  Command command = app.add_command("log", "Show what ran, newest first");
  command.add_option("ID", line.task_ids, "Id of a task; none: all").word_optional().value_name("");
  add_json(command, line);
  auto given = std::make_shared<LogOptionsGiven>();
  command.add_option("--limit,-n", given->limit, "How many executions; 0: all")
      .not_negative()
      .value_name("N")
      .with_default();
  add_filters(command, *given);
  command.add_flag("--follow,-f", given->follow,
                   "Newest last, and then what begins and ends, until Ctrl-C (status 130)");
  add_log_show(command, line);
  command.does([&line, given] { return show_log(line, *given); });
}

}  // namespace rota::cli
