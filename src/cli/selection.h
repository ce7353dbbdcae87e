// SPDX-License-Identifier: Apache-2.0
// From ids and arguments on the command line to a plan.
#pragma once

#include "cli/command_line.h"
#include "cli/project_tasks.h"
#include <rota/rota.h>

#include <optional>

namespace rota::cli {

// The graph of the tasks named, with all that they need; of all tasks where none is named.
Graph select_graph(const CommandLine& line, const ProjectTasks& tasks);
// Throws UsageError for an argument that no task of the graph takes, or that is of another type.
Plan plan_graph(const CommandLine& line, const ProjectTasks& tasks, Graph graph,
                const ExecutionLog& log);
// The plan of all that the command line says: tasks, --only, --failed, --stale, --force, --arg, --resume.
// `selected` is what select_graph has given, where it was asked before; not for --resume.
Plan select_plan(const CommandLine& line, const ProjectTasks& tasks, const ExecutionLog& log,
                 std::optional<Graph> selected = std::nullopt);
// Prints that plan; gives the exit status.
int show_plan(const CommandLine& line, const ProjectTasks& tasks);

}  // namespace rota::cli
