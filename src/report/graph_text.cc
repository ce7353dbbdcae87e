// SPDX-License-Identifier: Apache-2.0
#include "report/graph_text.h"

#include "report/drawing_string.h"
#include "report/json_trees.h"

#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

template <class Function>
void for_each_arrow(const Graph& graph, Function&& function) {
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    for (const TaskIndex dependent : graph.dependents(task)) function(task, dependent);
  }
}

}  // namespace

std::string graph_to_dot(const Graph& graph) {
  std::string text = "digraph rota {\n  rankdir=LR;\n  node [shape=box];\n";
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    const std::string& description = graph.task_class(task)->metadata().description;
    text += "  " + dot_string(graph.task_id(task));
    if (!description.empty()) text += fmt::format(" [tooltip={}]", dot_string(description));
    text += ";\n";
  }
  for_each_arrow(graph, [&](TaskIndex from, TaskIndex to) {
    text += fmt::format("  {} -> {};\n", dot_string(graph.task_id(from)),
                        dot_string(graph.task_id(to)));
  });
  return text + "}\n";
}

std::string graph_to_mermaid(const Graph& graph) {
  std::string text = "flowchart LR\n";
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    text += fmt::format("  n{}[{}]\n", task, mermaid_string(graph.task_id(task)));
  }
  for_each_arrow(graph, [&](TaskIndex from, TaskIndex to) {
    text += fmt::format("  n{} --> n{}\n", from, to);
  });
  return text;
}

std::string graph_to_json(const Graph& graph) {
  std::vector<TaskIndex> tasks(graph.size());
  for (TaskIndex task = 0; task < graph.size(); ++task) tasks[task] = task;
  std::vector<std::pair<TaskIndex, TaskIndex>> arrows;
  for_each_arrow(graph, [&](TaskIndex from, TaskIndex to) { arrows.emplace_back(from, to); });
  const std::string nodes =
      lines(tasks, [&](TaskIndex task) { return task_tree(graph.task_class(task)->metadata()); });
  const std::string edges = lines(arrows, [&](const auto& arrow) {
    return Json{{"from", graph.task_id(arrow.first)}, {"to", graph.task_id(arrow.second)}};
  });
  return fmt::format("{{\n\"nodes\": {},\n\"edges\": {}\n}}\n", nodes, edges);
}

}  // namespace rota::inline v1
