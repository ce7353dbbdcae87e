// SPDX-License-Identifier: Apache-2.0
// rota graph [ID...]: what depends on what, and how each stands, drawn or for programs that draw.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/result_file.h"
#include "cli/selection.h"
#include "report/graph_svg.h"
#include "report/graph_text.h"

#include <fmt/format.h>

namespace rota::cli {
namespace {

struct GraphOptionsGiven {
  std::string format = "dot";
  std::string file;
};

// Where no plan can be made because a task has a parameter that must be given, the tasks are drawn all the same.
std::vector<TaskStanding> find_standings(const CommandLine& line, const ProjectTasks& tasks,
                                         const Graph& graph, const ExecutionLog& log) try {
  return standings_of(plan_graph(line, tasks, graph, log), log);
} catch (const UsageError& error) {
  print_warning(fmt::format("it is not shown what is stale: {}", error.what()));
  return standings_of(graph, log);
}

std::string draw(const std::string& format, const Graph& graph,
                 const std::vector<TaskStanding>& standings) {
  if (format == "json") return graph_to_json(graph, standings);
  if (format == "mermaid") return graph_to_mermaid(graph, standings);
  if (format == "dot") return graph_to_dot(graph, standings);
  return graph_to_svg(graph, lay_out_graph(GraphBoxes(graph).query()), standings, SvgPlace::file);
}

int draw_graph(const CommandLine& line, const GraphOptionsGiven& given) {
  const ProjectTasks tasks(line);
  tasks.explain_if_empty();
  const Graph graph = select_graph(line, tasks);
  const auto log = tasks.open_log_for_reading();
  const auto standings = find_standings(line, tasks, graph, *log);
  write_result(given.file, draw(line.json ? "json" : given.format, graph, standings));
  return kDone;
}

}  // namespace

void add_graph(Command& app, CommandLine& line) {
  Command command =
      app.add_command("graph", "Draw the graph of the tasks, coloured by how each stands");
  add_task_ids(command, line, "Ids or patterns of tasks, with all that they need; none: all tasks");
  add_json(command, line);
  auto given = std::make_shared<GraphOptionsGiven>();
  command
      .add_option("--format", given->format,
                  "dot (for Graphviz), svg (drawn by Graphviz), mermaid or json")
      .one_of({"dot", "svg", "mermaid", "json"})
      .value_name("FORMAT")
      .with_default();
  command.add_option("-o,--output", given->file, "Where to; none: standard output")
      .value_name("FILE");
  command.does([&line, given] { return draw_graph(line, *given); });
}

}  // namespace rota::cli
