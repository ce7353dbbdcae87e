// SPDX-License-Identifier: Apache-2.0
// rota graph [ID...]: what depends on what, for programs that draw.
#include "cli/output.h"
#include "cli/selection.h"
#include "report/graph_text.h"

#include <CLI/CLI.hpp>

namespace rota::cli {

void add_graph(CLI::App& app, CommandLine& line) {
  CLI::App* command = app.add_subcommand("graph", "Print the graph of the tasks");
  add_task_ids(*command, line, "Ids of tasks, with all that they need; none: all tasks");
  add_json(*command, line);
  auto format = std::make_shared<std::string>("dot");
  command->add_option("--format", *format, "dot (Graphviz), mermaid or json")
      ->check(CLI::IsMember({"dot", "mermaid", "json"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  command->callback([&line, format] {
    line.command = [&line, format] {
      const ProjectTasks tasks(line);
      tasks.explain_if_empty();
      const Graph graph = select_graph(line, tasks);
      if (line.json || *format == "json") {
        print(graph_to_json(graph));
      } else {
        print(*format == "mermaid" ? graph_to_mermaid(graph) : graph_to_dot(graph));
      }
      return 0;
    };
  });
}

}  // namespace rota::cli
