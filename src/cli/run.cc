// SPDX-License-Identifier: Apache-2.0
// rota run [ID...]: runs what `rota plan` shows.
#include "cli/event_file.h"
#include "cli/exit_code.h"
#include "cli/failed_output.h"
#include "cli/kept.h"
#include "cli/observers.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/result_file.h"
#include "cli/run_settings.h"
#include "cli/selection.h"
#include "cli/signals.h"
#include "report/json.h"
#include "report/metrics_text.h"
#include "report/text.h"

#include <atomic>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

namespace rota::cli {
namespace {

struct RunOptionsGiven : RunSettingsGiven {
  bool verbose = false;
  std::string events_file;
  std::string metrics_file;
  const RunSettingsGiven& settings() const { return *this; }
};

int exit_code_of(const RunSummary& summary) {
  if (summary.log_failed) return kLogFailed;
  if (summary.succeeded()) return kDone;
  if (summary.interrupted) return kInterrupted;
  return summary.already_running ? kAlreadyRunning : kFailed;
}

// The one line on stderr for a run that did not succeed.
std::string describe_trouble(const RunSummary& summary, const Plan& plan) {
  const TaskOutcome* first = nullptr;
  std::size_t failed = 0;
  for (const TaskOutcome& outcome : summary.outcomes) {
    if (outcome.state != ExecutionState::failed && outcome.state != ExecutionState::timeout)
      continue;
    if (first == nullptr) first = &outcome;
    ++failed;
  }
  std::string cause = first == nullptr
                          ? ""
                          : fmt::format("{}: {}", plan.graph.task_id(first->task), first->message);
  if (summary.log_failed)
    return fmt::format("the log cannot be written, the run was ended: {}", cause);
  if (summary.already_running) return cause;
  if (summary.interrupted) return "interrupted; `rota run` goes on with what is left";
  if (failed == 1) return fmt::format("task failed: {}", cause);
  return fmt::format("{} tasks failed, the first: {}", failed, cause);
}

std::atomic<bool> is_running{false};

// A task that calls exit() would end the command as if all were done.
void refuse_exit_while_running() {
  if (!is_running) return;
  print_error("a task ended the process by calling exit(); what was running is lost");
  std::_Exit(kFailed);
}

RunSummary run_watched(const Plan& plan, const ProjectTasks& tasks, ExecutionLog& log,
                       const RunOptions& options) {
  static const int registered = std::atexit(refuse_exit_while_running);
  (void)registered;
  is_running = true;
  try {
    RunSummary summary = run(plan, tasks.registry(), log, options);
    is_running = false;
    return summary;
  } catch (...) {
    is_running = false;
    throw;
  }
}

void write_metrics(const std::string& file, const ExecutionLog& log, const RunSummary& summary) {
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  write_result(file, metrics_text(execution_totals(log), summary, now));
}

int run_plan(const CommandLine& line, const RunOptionsGiven& given) {
  const auto& tasks = keep_to_the_end(std::make_unique<const ProjectTasks>(line));
  RunOptions options = run_options_of(tasks, given.settings());
  tasks.explain_if_empty();
  require_place(given.metrics_file, "--metrics");
  if (line.dry_run) return show_plan(line, tasks);
  // A graph that has no order leaves no log behind.
  std::optional<Graph> graph;
  if (!line.resume) graph = select_graph(line, tasks);
  const auto log = tasks.open_log_for_writing();
  log->mark_lost_executions();
  const Plan& plan = keep_to_the_end(
      std::make_unique<const Plan>(select_plan(line, tasks, *log, std::move(graph))));

  Progress progress({.quiet = line.json,
                     .terminal = !line.json && stdout_can_be_redrawn(),
                     .verbose = given.verbose,
                     .log = log.get(),
                     .jobs = options.jobs});
  Observers observers;
  observers.add(progress);
  std::optional<EventFile> events;
  if (!given.events_file.empty()) observers.add(events.emplace(given.events_file));
  const Signals signals([&progress](const char* message) { progress.say(message); },
                        options.executor == "inline" ? AtKill::end_process : AtKill::wait);
  std::optional<StdoutSetAside> only_json;
  if (line.json) only_json.emplace();
  options.observer = &observers;
  options.stop = signals.stop();
  options.cancel = signals.cancel();
  options.kill = signals.kill();
  const RunSummary summary = run_watched(plan, tasks, *log, options);
  progress.finish();
  if (events) events->run_finished(summary);
  if (!given.metrics_file.empty()) write_metrics(given.metrics_file, *log, summary);
  only_json.reset();
  if (!line.json) print(failed_output_text(summary, plan, tasks.project()));
  print(line.json ? summary_to_json(summary, plan) : summary_to_text(summary, plan));
  if (!summary.succeeded()) print_error(describe_trouble(summary, plan));
  return exit_code_of(summary);
}

}  // namespace

void add_run(Command& app, CommandLine& line) {
  Command command =
      app.add_command("run", "Run what is not up to date, each task after all that it needs");
  add_plan_options(command, line);
  add_run_plan_options(command, line);
  add_json(command, line);
  auto given = std::make_shared<RunOptionsGiven>();
  add_run_options(command, *given);
  command.add_flag("-v,--verbose", given->verbose, "Show all messages of the tasks");
  command.add_option("--events", given->events_file, "Write what happens there, as JSON lines")
      .value_name("FILE");
  command
      .add_option("--metrics", given->metrics_file,
                  "Write metrics there at the end, as Prometheus reads them")
      .value_name("FILE");
  command.does([&line, given] { return run_plan(line, *given); });
}

}  // namespace rota::cli
