// SPDX-License-Identifier: Apache-2.0
#include "report/event_json.h"

#include "report/json_trees.h"
#include "report/time_text.h"

#include <map>

namespace rota::inline v1 {
namespace {

constexpr int kSchema = 1;

Json event_tree(const char* name, TimePoint at) {
  return {{"event", name}, {"time", utc_time_text(at)}};
}

// How one attempt of a task ended.
Json outcome_tree(const char* name, const Plan& plan, const PlanStep& step,
                  const TaskOutcome& outcome, TimePoint at) {
  Json tree = event_tree(name, at);
  tree["task_id"] = plan.graph.task_id(step.task);
  tree["state"] = to_string(outcome.state);
  tree["task_run_id"] = outcome.task_run_id;
  tree["execution_time"] = seconds(outcome.duration);
  tree["message"] = outcome.message;
  return tree;
}

std::string line_of(const Json& tree) { return compact(tree) + '\n'; }

}  // namespace

std::string run_started_event(const Plan& plan, std::string_view run_id, TimePoint at) {
  Json tree = event_tree("run_started", at);
  tree["schema"] = kSchema;
  tree["run_id"] = run_id;
  tree["tasks"] = plan.steps.size();
  tree["to_run"] = plan.count_to_run();
  return line_of(tree);
}

std::string task_started_event(const Plan& plan, const PlanStep& step, TimePoint at) {
  Json tree = event_tree("task_started", at);
  tree["task_id"] = plan.graph.task_id(step.task);
  tree["reason"] = step.reason;
  tree["arguments"] = arguments_tree(step.arguments);
  return line_of(tree);
}

std::string task_logged_event(const Plan& plan, const PlanStep& step, LogLevel level,
                              std::string_view message, TimePoint at) {
  Json tree = event_tree("task_logged", at);
  tree["task_id"] = plan.graph.task_id(step.task);
  tree["level"] = to_string(level);
  tree["message"] = message;
  return line_of(tree);
}

std::string task_retried_event(const Plan& plan, const PlanStep& step, const TaskOutcome& attempt,
                               std::chrono::milliseconds delay, TimePoint at) {
  Json tree = outcome_tree("task_retried", plan, step, attempt, at);
  tree["delay"] = seconds(delay);
  return line_of(tree);
}

std::string task_finished_event(const Plan& plan, const PlanStep& step, const TaskOutcome& outcome,
                                TimePoint at) {
  return line_of(outcome_tree("task_finished", plan, step, outcome, at));
}

std::string run_finished_event(const RunSummary& summary, TimePoint at) {
  std::map<std::string, std::size_t> counts;
  for (const TaskOutcome& outcome : summary.outcomes)
    ++counts[std::string(to_string(outcome.state))];
  Json tree = event_tree("run_finished", at);
  tree["run_id"] = summary.run_id;
  tree["succeeded"] = summary.succeeded();
  tree["log_failed"] = summary.log_failed;
  tree["already_running"] = summary.already_running;
  tree["interrupted"] = summary.interrupted;
  tree["execution_time"] = seconds(summary.duration);
  tree["counts"] = counts;
  return line_of(tree);
}

}  // namespace rota::inline v1
