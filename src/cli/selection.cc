// SPDX-License-Identifier: Apache-2.0
#include "cli/selection.h"

#include "cli/exit_code.h"
#include "cli/run_name.h"
#include "cli/task_patterns.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

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

Plan plan_graph(const CommandLine& line, const ProjectTasks& tasks, Graph graph,
                const ExecutionLog& log, std::optional<std::vector<std::string>> only) {
  PlanOptions options{
      .force = line.force, .only = std::move(only), .project_root = tasks.project().root};
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

// Of the tasks of the graph, or of `among` where that is given, those whose newest execution is no success.
std::vector<std::string> failed_of(const Graph& graph,
                                   const std::optional<std::vector<std::string>>& among,
                                   const ExecutionLog& log) {
  std::vector<std::string_view> task_ids;
  if (among) {
    task_ids.assign(among->begin(), among->end());
  } else {
    for (TaskIndex task = 0; task < graph.size(); ++task) task_ids.push_back(graph.task_id(task));
  }
  struct Newest {
    std::int64_t started_sequence = 0;
    bool failed = false;
  };
  std::vector<Newest> newest(task_ids.size());
  log.find_latest_executions(task_ids, [&](std::size_t at, const PastExecution& execution) {
    if (execution.started_sequence < newest[at].started_sequence) return;
    newest[at] = {execution.started_sequence,
                  !is_active(execution.state) && execution.state != ExecutionState::success};
  });
  std::vector<std::string> failed;
  for (std::size_t at = 0; at < task_ids.size(); ++at) {
    if (newest[at].failed) failed.emplace_back(task_ids[at]);
  }
  return failed;
}

Plan resume(const CommandLine& line, const ProjectTasks& tasks, const ExecutionLog& log) {
  const bool selects = !line.task_ids.empty() || !line.arguments.empty() || line.force ||
                       line.only || line.failed || line.stale;
  if (selects) {
    throw UsageError(
        "--resume goes on with the tasks and arguments of that run; leave out ids, --arg, --force, "
        "--only, --failed and --stale, or run without --resume");
  }
  return resume_plan(tasks.registry(), log, find_run_to_resume(log, line.resumed_run),
                     {.project_root = tasks.project().root});
}

}  // namespace

Graph select_graph(const CommandLine& line, const ProjectTasks& tasks) {
  if (line.task_ids.empty()) return build_graph(tasks.registry());
  return build_graph(tasks.registry(), find_all_named_tasks(line.task_ids, line.only, tasks));
}

Plan plan_graph(const CommandLine& line, const ProjectTasks& tasks, Graph graph,
                const ExecutionLog& log) {
  return plan_graph(line, tasks, std::move(graph), log, std::nullopt);
}

Plan select_plan(const CommandLine& line, const ProjectTasks& tasks, const ExecutionLog& log,
                 std::optional<Graph> selected) {
  if (line.resume) return resume(line, tasks, log);
  Graph graph = selected ? std::move(*selected) : select_graph(line, tasks);
  std::optional<std::vector<std::string>> only;
  if (line.only && !line.task_ids.empty()) only = find_all_named_tasks(line.task_ids, true, tasks);
  if (line.failed) {
    only = failed_of(graph, only, log);
    // What they need comes with them, unless only they are wanted.
    if (!line.only && !only->empty()) {
      graph = build_graph(tasks.registry(), *only);
      only.reset();
    }
  }
  if (!line.stale) return plan_graph(line, tasks, std::move(graph), log, std::move(only));
  const Plan all = plan_graph(line, tasks, graph, log, only);
  only.emplace();
  for (const PlanStep& step : all.steps) {
    if (step.will_run()) only->push_back(all.graph.task_id(step.task));
  }
  return plan_graph(line, tasks, std::move(graph), log, std::move(only));
}

}  // namespace rota::cli
