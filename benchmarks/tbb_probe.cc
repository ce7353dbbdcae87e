// SPDX-License-Identifier: Apache-2.0
// Builds and runs a graph on two threads with the flow graph of oneTBB.
//
//   tbb_probe chain|fan|layered SIZE
#include "graph_shapes.h"

#include <deque>
#include <memory>

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>

int main(int count, char** arguments) {
  if (count != 3) probe::fail("tbb_probe chain|fan|layered SIZE");
  namespace flow = oneapi::tbb::flow;
  using Node = flow::continue_node<flow::continue_msg>;
  const shapes::Shape shape(arguments[1], std::strtoull(arguments[2], nullptr, 10));
  const oneapi::tbb::global_control threads(oneapi::tbb::global_control::max_allowed_parallelism,
                                            2);
  shapes::Marks marks(shape.size());
  std::unique_ptr<flow::graph> graph;  // both are destroyed after the measurement
  std::unique_ptr<std::deque<Node>> nodes;
  const int status = probe::measure([&] {
    graph = std::make_unique<flow::graph>();
    nodes = std::make_unique<std::deque<Node>>();
    std::vector<Node*> first;
    for (std::size_t node = 0; node < shape.size(); ++node) {
      Node& added = nodes->emplace_back(
          *graph, [&marks, node](const flow::continue_msg&) { marks.mark(node); });
      bool needs_none = true;
      shape.for_each_need(node, [&](std::size_t needs) {
        flow::make_edge((*nodes)[needs], added);
        needs_none = false;
      });
      if (needs_none) first.push_back(&added);
    }
    for (Node* node : first) node->try_put(flow::continue_msg());
    graph->wait_for_all();
    return marks.count();
  });
  nodes.reset();
  graph.reset();
  return status;
}
