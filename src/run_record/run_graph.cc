// SPDX-License-Identifier: Apache-2.0
#include "run_record/run_graph.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace rota::inline v1 {
namespace {

TaskClassPtr class_of_step(const RecordedStep& step,
                           const std::unordered_set<std::string_view>& planned,
                           const TaskRegistry& registry) {
  const TaskClassPtr now = registry.get_task_class(step.task_id);
  TaskMetadata metadata = now != nullptr
                              ? now->metadata()
                              : TaskMetadata{.description = "It is no longer in the project."};
  metadata.task_id = step.task_id;
  metadata.version = step.version;
  metadata.dependencies.clear();
  std::ranges::copy_if(step.dependencies, std::back_inserter(metadata.dependencies),
                       [&](const std::string& dependency) { return planned.contains(dependency); });
  return make_task_class(std::move(metadata), [](const Arguments&) { return nullptr; });
}

Graph graph_of_plan(const std::vector<RecordedStep>& steps, const TaskRegistry& registry) {
  std::unordered_set<std::string_view> planned;
  for (const RecordedStep& step : steps) planned.insert(step.task_id);
  std::vector<TaskClassPtr> classes;
  classes.reserve(steps.size());
  for (const RecordedStep& step : steps) classes.push_back(class_of_step(step, planned, registry));
  return Graph(std::move(classes));
}

Graph graph_of_now(const PastRun& run, const TaskRegistry& registry) {
  std::vector<std::string> task_ids;
  for (const RecordedExecution& recorded : run.executions) {
    const std::string& task_id = recorded.execution.start.task_id;
    if (registry.get_task_class(task_id) != nullptr) task_ids.push_back(task_id);
  }
  std::ranges::sort(task_ids);
  task_ids.erase(std::unique(task_ids.begin(), task_ids.end()), task_ids.end());
  return task_ids.empty() ? Graph({}) : build_graph(registry, task_ids);
}

}  // namespace

std::vector<RecordedStep> planned_steps(const ExecutionLog& log, const std::string& run_id) {
  const auto run = log.find_run(run_id);
  const auto plan = run ? log.find_plan(run->start.plan_hash) : std::nullopt;
  return plan ? read_plan_record(*plan) : std::vector<RecordedStep>();
}

Graph graph_of_run(const ExecutionLog& log, const PastRun& run, const TaskRegistry& registry) {
  const std::vector<RecordedStep> steps = planned_steps(log, run.run_id);
  return steps.empty() ? graph_of_now(run, registry) : graph_of_plan(steps, registry);
}

}  // namespace rota::inline v1
