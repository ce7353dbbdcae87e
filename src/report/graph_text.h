// SPDX-License-Identifier: Apache-2.0
// A graph in the languages of drawing programs. An arrow goes from a task to what depends on it:
// the way that the work goes. Pure functions.
#pragma once

#include "run_record/task_standing.h"
#include <rota/export.h>
#include <rota/graph.h>

#include <string>
#include <vector>

namespace rota::inline v1 {

// `standings` by task, by which the drawing is coloured, or empty.

// For Graphviz.
ROTA_EXPORT std::string graph_to_dot(const Graph& graph,
                                     const std::vector<TaskStanding>& standings = {});
// A Mermaid flowchart.
ROTA_EXPORT std::string graph_to_mermaid(const Graph& graph,
                                         const std::vector<TaskStanding>& standings = {});
// {nodes: [metadata as task_to_json, and standing: {condition, state: null where it never ran, reason}],
//  edges: [{from, to}]}, in the order of the graph.
ROTA_EXPORT std::string graph_to_json(const Graph& graph,
                                      const std::vector<TaskStanding>& standings = {});

}  // namespace rota::inline v1
