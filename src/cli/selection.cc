// SPDX-License-Identifier: Apache-2.0
#include "cli/selection.h"

#include "cli/exit_code.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::cli {
namespace {

struct GivenArgument {
  std::string task_id;  // empty: every task that declares it
  std::string name;
  std::string value;
};

GivenArgument parse_argument(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::size_t colon = text.substr(0, equals).find(':');
  GivenArgument given;
  if (colon != std::string::npos) given.task_id = text.substr(0, colon);
  if (equals != std::string::npos) {
    const std::size_t name = colon == std::string::npos ? 0 : colon + 1;
    given.name = text.substr(name, equals - name);
    given.value = text.substr(equals + 1);
  }
  if (given.name.empty() || (colon != std::string::npos && given.task_id.empty())) {
    throw UsageError(fmt::format("--arg {}: write NAME=VALUE or ID:NAME=VALUE", text));
  }
  return given;
}

Value parse_value(const GivenArgument& given, ParameterType type) {
  try {
    return Value::parse(given.value, type);
  } catch (const ArgumentError& error) {
    throw UsageError(fmt::format("--arg {}={}: {}", given.name, given.value, error.what()));
  }
}

const Parameter* find_parameter(const TaskMetadata& metadata, const std::string& name) {
  const auto at = std::ranges::find(metadata.parameters, name, &Parameter::name);
  return at == metadata.parameters.end() ? nullptr : &*at;
}

std::string known_parameters(const Graph& graph) {
  std::set<std::string> names;
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    for (const Parameter& parameter : graph.task_class(task)->metadata().parameters)
      names.insert(parameter.name);
  }
  return names.empty() ? "they have none" : fmt::format("there are: {}", fmt::join(names, ", "));
}

void give_to_one(const GivenArgument& given, const Graph& graph,
                 std::map<std::string, Arguments>& arguments) {
  const auto task = graph.find(given.task_id);
  if (!task)
    throw UsageError(fmt::format("--arg {}:{}: task {} is not in the plan", given.task_id,
                                 given.name, given.task_id));
  const Parameter* parameter = find_parameter(graph.task_class(*task)->metadata(), given.name);
  const ParameterType type = parameter == nullptr ? ParameterType::any : parameter->type;
  arguments[given.task_id].set(given.name, parse_value(given, type));
}

void give_to_all(const GivenArgument& given, const Graph& graph,
                 std::map<std::string, Arguments>& arguments) {
  bool taken = false;
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    const Parameter* parameter = find_parameter(graph.task_class(task)->metadata(), given.name);
    if (parameter == nullptr) continue;
    taken = true;
    arguments[graph.task_id(task)].set(given.name, parse_value(given, parameter->type));
  }
  if (!taken) {
    throw UsageError(fmt::format("--arg {}: no task of the plan has this parameter ({})",
                                 given.name, known_parameters(graph)));
  }
}

}  // namespace

Graph select_graph(const CommandLine& line, const ProjectTasks& tasks) {
  for (const std::string& task_id : line.task_ids) tasks.require(task_id);
  return build_graph(tasks.registry(), line.task_ids);
}

Plan plan_graph(const CommandLine& line, const ProjectTasks& tasks, Graph graph,
                const ExecutionLog& log) {
  PlanOptions options{.force = line.force, .project_root = tasks.project().root};
  for (const std::string& text : line.arguments) {
    const GivenArgument given = parse_argument(text);
    given.task_id.empty() ? give_to_all(given, graph, options.arguments)
                          : give_to_one(given, graph, options.arguments);
  }
  try {
    return make_plan(std::move(graph), log, options);
  } catch (const ArgumentError& error) {
    throw UsageError(fmt::format("{}; give arguments with --arg ID:NAME=VALUE", error.what()));
  }
}

}  // namespace rota::cli
