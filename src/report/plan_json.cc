// SPDX-License-Identifier: Apache-2.0
// Plans and what became of them, as JSON.
#include "report/json.h"
#include "report/json_trees.h"

namespace rota::inline v1 {
namespace {

Json counts_tree(const RunSummary& summary) {
  Json counts = Json::object();
  for (const TaskOutcome& outcome : summary.outcomes) {
    Json& count = counts[std::string(to_string(outcome.state))];
    count = count.is_null() ? 1 : count.get<std::size_t>() + 1;
  }
  return counts;
}

}  // namespace

std::string plan_to_json(const Plan& plan) {
  const std::size_t to_run = plan.count_to_run();
  const Json head = {{"tasks", plan.steps.size()},
                     {"to_run", to_run},
                     {"up_to_date", plan.steps.size() - to_run},
                     {"plan_hash", plan.hash()}};
  return with_list(head, "steps", lines(plan.steps, [&](const PlanStep& step) {
                     Json dependencies = Json::array();
                     for (const TaskIndex dependency : plan.graph.dependencies(step.task)) {
                       dependencies.push_back(plan.graph.task_id(dependency));
                     }
                     return Json{{"task_id", plan.graph.task_id(step.task)},
                                 {"will_run", step.will_run()},
                                 {"kind", to_string(step.kind)},
                                 {"reason", step.reason},
                                 {"arguments", arguments_tree(step.arguments)},
                                 {"dependencies", std::move(dependencies)}};
                   }));
}

std::string summary_to_json(const RunSummary& summary, const Plan& plan) {
  const Json head = {
      {"run_id", summary.run_id},           {"succeeded", summary.succeeded()},
      {"log_failed", summary.log_failed},   {"already_running", summary.already_running},
      {"interrupted", summary.interrupted}, {"execution_time", seconds(summary.duration)},
      {"counts", counts_tree(summary)}};
  return with_list(head, "outcomes", lines(summary.outcomes, [&](const TaskOutcome& outcome) {
                     return Json{{"task_id", plan.graph.task_id(outcome.task)},
                                 {"state", to_string(outcome.state)},
                                 {"task_run_id", outcome.task_run_id},
                                 {"execution_time", seconds(outcome.duration)},
                                 {"message", outcome.message}};
                   }));
}

}  // namespace rota::inline v1
