// SPDX-License-Identifier: Apache-2.0
// The arguments that each task of a graph gets. Knows nothing of the log.
#pragma once

#include <rota/arguments.h>
#include <rota/graph.h>

#include <map>
#include <string>
#include <vector>

namespace rota::inline v1 {

// For each task what was given for it, with the declared defaults filled in. Throws ArgumentError
// that says all that is wrong: ids that are not in the graph, and what does not fit the
// declarations. Of tasks that `only` does not mark nothing is asked; empty: all are marked.
std::vector<Arguments> complete_arguments(const Graph& graph,
                                          const std::map<std::string, Arguments>& given,
                                          const std::vector<bool>& only = {});

}  // namespace rota::inline v1
