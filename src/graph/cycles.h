// SPDX-License-Identifier: Apache-2.0
// What keeps a graph from having an order: its cycles. Knows numbers, and names where
// it tells somebody.
#pragma once

#include "graph/adjacency.h"

#include <functional>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// A cycle as its nodes: each points to the next, the last to the first; the first has the smallest
// number.
using Cycle = std::vector<TaskIndex>;

// For each strongly connected component that has a cycle a shortest one, by ascending first node;
// empty when there is an order. Of several that are equally short it is the one with the smallest
// first node. In a component so large that the search would take more than some seconds it is the
// shortest one that was found until then.
std::vector<Cycle> find_cycles(const Adjacency& graph);

// PlanError: "WHAT has a cycle: a -> b -> a", or a line for each; there is at least one.
[[noreturn]] void throw_cycles_among(const std::vector<Cycle>& cycles, std::string_view what,
                                     const std::function<std::string_view(TaskIndex)>& name_of);

}  // namespace rota::inline v1
