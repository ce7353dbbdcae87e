// SPDX-License-Identifier: Apache-2.0
// A graph in the languages of drawing programs. An arrow goes from a task to what depends on it:
// the way that the work goes. Pure functions.
#pragma once

#include <rota/export.h>
#include <rota/graph.h>

#include <string>

namespace rota::inline v1 {

// For Graphviz.
ROTA_EXPORT std::string graph_to_dot(const Graph& graph);
// A Mermaid flowchart.
ROTA_EXPORT std::string graph_to_mermaid(const Graph& graph);
// {nodes: [metadata as task_to_json], edges: [{from, to}]}, in the order of the graph.
ROTA_EXPORT std::string graph_to_json(const Graph& graph);

}  // namespace rota::inline v1
