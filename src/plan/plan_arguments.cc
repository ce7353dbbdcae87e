// SPDX-License-Identifier: Apache-2.0
#include "plan/plan_arguments.h"

#include <rota/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {
namespace {

std::string unknown_task(const Graph& graph, const std::string& task_id) {
  std::vector<std::string_view> known;
  known.reserve(graph.size());
  for (TaskIndex task = 0; task < graph.size(); ++task) known.push_back(graph.task_id(task));
  const auto nearest = nearest_task_id(task_id, known);
  return fmt::format("arguments are given for {}, which is not among the planned tasks{}", task_id,
                     nearest ? fmt::format("; did you mean {}?", *nearest) : "");
}

}  // namespace

std::vector<Arguments> complete_arguments(const Graph& graph,
                                          const std::map<std::string, Arguments>& given,
                                          const std::vector<bool>& only) {
  std::vector<Arguments> arguments(graph.size());
  std::vector<std::string> wrong;
  for (const auto& [task_id, values] : given) {
    if (const auto task = graph.find(task_id)) {
      arguments[*task] = values;
    } else {
      wrong.push_back(unknown_task(graph, task_id));
    }
  }
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    const auto reasons = validate_arguments(*graph.task_class(task), arguments[task]);
    if (!reasons.empty() && (only.empty() || only[task])) {
      wrong.push_back(fmt::format("task {}: {}", graph.task_id(task), fmt::join(reasons, "; ")));
    }
  }
  if (wrong.empty()) return arguments;
  if (wrong.size() == 1) throw ArgumentError(wrong.front());
  throw ArgumentError(fmt::format("the arguments of {} tasks are wrong:\n  {}", wrong.size(),
                                  fmt::join(wrong, "\n  ")));
}

}  // namespace rota::inline v1
