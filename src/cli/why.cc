// SPDX-License-Identifier: Apache-2.0
// rota why ID: why a task ran at last, what the last plan decided about it, and what a plan would decide now.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/selection.h"
#include "execution_log/execution_rules.h"
#include "report/why_text.h"

#include <algorithm>
#include <map>

namespace rota::cli {
namespace {

// Of the newest run whose plan has the task. Several runs may have one plan: it is read once.
std::optional<EarlierDecision> find_last_decision(const ExecutionLog& log,
                                                  const std::string& task_id) {
  constexpr std::size_t kRuns = 1'000;
  std::map<std::string, bool> looked_at;
  for (const RecordedRun& run : log.get_run_history(kRuns)) {
    if (!looked_at.try_emplace(run.start.plan_hash, true).second) continue;
    const auto record = log.find_plan(run.start.plan_hash);
    // The text of a plan has each id in it: most plans without the task need not be read.
    if (!record || record->find('"' + task_id + '"') == std::string::npos) continue;
    const std::vector<RecordedStep> steps = read_plan_record(*record);
    const auto step = std::ranges::find(steps, task_id, &RecordedStep::task_id);
    if (step != steps.end()) return EarlierDecision{run, *step};
  }
  return std::nullopt;
}

// The newest record of the task, where a run came to it and did not run it.
std::optional<Execution> find_not_run(const ExecutionLog& log, const std::string& task_id) {
  const auto newest = log.get_task_execution_history({.task_id = task_id, .limit = 1});
  if (newest.empty() || really_ran(newest.front().state())) return std::nullopt;
  return newest.front();
}

int show_why(const CommandLine& line) {
  const ProjectTasks tasks(line);
  const std::string task_id(tasks.require(line.task_ids.front())->task_id());
  const auto log = tasks.open_log_for_reading();
  const Plan plan = plan_graph(line, tasks, build_graph(tasks.registry(), {task_id}), *log);
  const WhyTask why{.task_id = task_id,
                    .newest = log->find_latest_execution(task_id, false),
                    .not_run = find_not_run(*log, task_id),
                    .last_plan = find_last_decision(*log, task_id),
                    .now = plan.steps[plan.graph.find(task_id).value()]};
  print(line.json ? why_to_json(why) : why_to_text(why));
  return kDone;
}

}  // namespace

void add_why(Command& app, CommandLine& line) {
  Command command = app.add_command(
      "why", "Tell why a task ran at last, what the last plan said of it, and what one says now");
  add_one_task_id(command, line);
  add_arguments(command, line);
  add_json(command, line);
  command.does([&line] { return show_why(line); });
}

}  // namespace rota::cli
