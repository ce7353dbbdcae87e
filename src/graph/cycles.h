// SPDX-License-Identifier: Apache-2.0
// What keeps a graph from having an order: its cycles. Knows numbers only.
#pragma once

#include "graph/adjacency.h"

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

}  // namespace rota::inline v1
