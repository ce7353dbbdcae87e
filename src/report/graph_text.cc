// SPDX-License-Identifier: Apache-2.0
#include "report/graph_text.h"

#include "report/drawing_string.h"
#include "report/json_trees.h"

#include <algorithm>
#include <array>
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

struct Look {
  TaskCondition condition;
  std::string_view fill;
  std::string_view border;
  std::string_view style;  // of the border, as Graphviz calls it
};

constexpr std::array kLooks = {
    Look{TaskCondition::up_to_date, "#e3f6ea", "#2f8f57", "solid"},
    Look{TaskCondition::succeeded, "#e3f6ea", "#2f8f57", "solid"},
    Look{TaskCondition::stale, "#fff3d6", "#b7791f", "solid"},
    Look{TaskCondition::failed, "#fde4e4", "#c0392b", "bold"},
    Look{TaskCondition::running, "#e1edff", "#2b6cb0", "solid"},
    Look{TaskCondition::not_reached, "#f1f3f5", "#c0392b", "dashed"},
    Look{TaskCondition::never_ran, "#f1f3f5", "#7b8794", "dotted"},
};

const Look& look_of(TaskCondition condition) {
  return *std::ranges::find(kLooks, condition, &Look::condition);
}

std::string dot_attributes(const TaskMetadata& metadata, const TaskStanding* standing) {
  std::string text;
  const auto add = [&text](std::string_view name, const std::string& value) {
    text += fmt::format("{}{}={}", text.empty() ? " [" : ", ", name, value);
  };
  if (!metadata.description.empty()) add("tooltip", dot_string(metadata.description));
  if (standing != nullptr) {
    const Look& look = look_of(standing->condition);
    const std::string words = dot_string(standing->words());
    std::string label = dot_string(metadata.task_id);
    label.replace(label.size() - 1, 1, "\\n" + words.substr(1));
    add("label", label);
    add("style", fmt::format("\"filled,{}\"", look.style));
    add("fillcolor", fmt::format("\"{}\"", look.fill));
    add("color", fmt::format("\"{}\"", look.border));
  }
  return text.empty() ? text : text + "]";
}

std::string mermaid_class(const Look& look) {
  return fmt::format(
      "  classDef {} fill:{},stroke:{},color:#1f2933{}\n", to_string(look.condition), look.fill,
      look.border, look.style == "dashed" || look.style == "dotted" ? ",stroke-dasharray:4 3" : "");
}

Json standing_tree(const TaskStanding& standing) {
  return {{"condition", to_string(standing.condition)},
          {"state", standing.state ? Json(to_string(*standing.state)) : Json(nullptr)},
          {"reason", standing.reason}};
}

const TaskStanding* find_standing(const std::vector<TaskStanding>& standings, TaskIndex task) {
  return task < standings.size() ? &standings[task] : nullptr;
}

}  // namespace

std::string graph_to_dot(const Graph& graph, const std::vector<TaskStanding>& standings) {
  std::string text = "digraph rota {\n  rankdir=LR;\n  node [shape=box];\n";
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    text += fmt::format(
        "  {}{};\n", dot_string(graph.task_id(task)),
        dot_attributes(graph.task_class(task)->metadata(), find_standing(standings, task)));
  }
  for_each_arrow(graph, [&](TaskIndex from, TaskIndex to) {
    text += fmt::format("  {} -> {};\n", dot_string(graph.task_id(from)),
                        dot_string(graph.task_id(to)));
  });
  return text + "}\n";
}

std::string graph_to_mermaid(const Graph& graph, const std::vector<TaskStanding>& standings) {
  std::string text = "flowchart LR\n";
  for (const Look& look : kLooks) {
    if (std::ranges::find(standings, look.condition, &TaskStanding::condition) != standings.end())
      text += mermaid_class(look);
  }
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    text += fmt::format("  n{}[{}]", task, mermaid_string(graph.task_id(task)));
    if (const TaskStanding* standing = find_standing(standings, task))
      text += fmt::format(":::{}", to_string(standing->condition));
    text += '\n';
  }
  for_each_arrow(graph, [&](TaskIndex from, TaskIndex to) {
    text += fmt::format("  n{} --> n{}\n", from, to);
  });
  return text;
}

std::string graph_to_json(const Graph& graph, const std::vector<TaskStanding>& standings) {
  std::vector<TaskIndex> tasks(graph.size());
  for (TaskIndex task = 0; task < graph.size(); ++task) tasks[task] = task;
  std::vector<std::pair<TaskIndex, TaskIndex>> arrows;
  for_each_arrow(graph, [&](TaskIndex from, TaskIndex to) { arrows.emplace_back(from, to); });
  const std::string nodes = lines(tasks, [&](TaskIndex task) {
    Json tree = task_tree(graph.task_class(task)->metadata());
    if (const TaskStanding* standing = find_standing(standings, task))
      tree["standing"] = standing_tree(*standing);
    return tree;
  });
  const std::string edges = lines(arrows, [&](const auto& arrow) {
    return Json{{"from", graph.task_id(arrow.first)}, {"to", graph.task_id(arrow.second)}};
  });
  return fmt::format("{{\n\"nodes\": {},\n\"edges\": {}\n}}\n", nodes, edges);
}

}  // namespace rota::inline v1
