// SPDX-License-Identifier: Apache-2.0
// Builds and runs a graph on two threads: as callables of Rota; as registered task classes of Rota, an instance and a
// life cycle each, without a log (`unlogged`) or with a plan, the runner and a log that keeps nothing (`classes`); and as little as can be done by hand, which checks nothing and uses
// one thread. `register` measures the registration alone.
//
//   graph_probe callables|unlogged|classes|register|floor chain|fan|layered SIZE
#include "graph_shapes.h"
#include <rota/callable_graph.h>
#include <rota/runner.h>
#include <rota/unlogged_run.h>

#include <cstdint>
#include <cstring>
#include <memory>

namespace {

int measure_callables(const shapes::Shape& shape) {
  shapes::Marks marks(shape.size());
  std::unique_ptr<rota::CallableGraph> graph;  // is destroyed after the measurement
  return probe::measure([&]() -> std::size_t {
    graph = std::make_unique<rota::CallableGraph>();
    for (std::size_t node = 0; node < shape.size(); ++node) {
      const auto added = graph->add([&marks, node] { marks.mark(node); });
      shape.for_each_need(node, [&](std::size_t needs) {
        graph->add_dependency(added, static_cast<rota::CallableIndex>(needs));
      });
    }
    return graph->run({.threads = 2}).succeeded() ? marks.count() : 0;
  });
}

// An array of counters, and a queue.
int measure_floor(const shapes::Shape& shape) {
  shapes::Marks marks(shape.size());
  return probe::measure([&] {
    const std::size_t size = shape.size();
    std::vector<std::uint32_t> waiting_for(size), begins(size + 2), dependents, queue(size);
    for (std::size_t node = 0; node < size; ++node) {
      shape.for_each_need(node, [&](std::size_t needs) {
        ++waiting_for[node];
        ++begins[needs + 2];
      });
    }
    for (std::size_t node = 2; node < begins.size(); ++node) begins[node] += begins[node - 1];
    dependents.resize(begins.back());
    for (std::size_t node = 0; node < size; ++node) {
      shape.for_each_need(node, [&](std::size_t needs) {
        dependents[begins[needs + 1]++] = static_cast<std::uint32_t>(node);
      });
    }
    std::size_t end = 0;
    for (std::uint32_t node = 0; node < size; ++node) {
      if (waiting_for[node] == 0) queue[end++] = node;
    }
    for (std::size_t at = 0; at < end; ++at) {
      const std::uint32_t node = queue[at];
      marks.mark(node);
      for (std::uint32_t row = begins[node]; row < begins[node + 1]; ++row) {
        if (--waiting_for[dependents[row]] == 0) queue[end++] = dependents[row];
      }
    }
    return marks.count();
  });
}

class MarkTask final : public rota::BaseTask {
 public:
  MarkTask(shapes::Marks& marks, std::size_t node) : marks_(marks), node_(node) {}
  void configure_operations() override {
    add_operation("mark", [this](rota::OperationContext&) {
      marks_.mark(node_);
      return rota::OperationResult::success();
    });
  }

 private:
  shapes::Marks& marks_;
  std::size_t node_;
};

std::string id_of(std::size_t node) {
  std::string number = std::to_string(node);
  return "t_" + std::string(8 - number.size(), '0') + number;
}

void register_classes(const shapes::Shape& shape, shapes::Marks& marks,
                      rota::TaskRegistry& registry) {
  for (std::size_t node = 0; node < shape.size(); ++node) {
    rota::TaskMetadata metadata{.task_id = id_of(node), .task_type = "generated"};
    shape.for_each_need(node,
                        [&](std::size_t needs) { metadata.dependencies.push_back(id_of(needs)); });
    registry.register_task_class(
        rota::make_task_class(std::move(metadata), [&marks, node](const rota::Arguments&) {
          return std::make_unique<MarkTask>(marks, node);
        }));
  }
}

int measure_registration(const shapes::Shape& shape) {
  shapes::Marks marks(shape.size());
  rota::TaskRegistry registry;
  return probe::measure([&] {
    register_classes(shape, marks, registry);
    return registry.size();
  });
}

int measure_unlogged(const shapes::Shape& shape) {
  shapes::Marks marks(shape.size());
  rota::TaskRegistry registry;
  register_classes(shape, marks, registry);
  std::unique_ptr<const rota::Graph> graph;  // is destroyed after the measurement
  return probe::measure([&] {
    graph = std::make_unique<const rota::Graph>(rota::build_graph(registry));
    return rota::run_unlogged(*graph, {.threads = 2}).succeeded() ? marks.count() : 0;
  });
}

int measure_classes(const shapes::Shape& shape) {
  shapes::Marks marks(shape.size());
  rota::TaskRegistry registry;
  register_classes(shape, marks, registry);
  const auto log = rota::open_null_log();
  std::unique_ptr<const rota::Plan> plan;  // is destroyed after the measurement
  return probe::measure([&] {
    plan = std::make_unique<const rota::Plan>(
        rota::make_plan(rota::build_graph(registry), *log, {.force = true}));
    return rota::run(*plan, registry, *log, {.jobs = 2}).succeeded() ? marks.count() : 0;
  });
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4)
    probe::fail("graph_probe callables|unlogged|classes|register|floor chain|fan|layered SIZE");
  const shapes::Shape shape(arguments[2], std::strtoull(arguments[3], nullptr, 10));
  if (std::strcmp(arguments[1], "floor") == 0) return measure_floor(shape);
  if (std::strcmp(arguments[1], "register") == 0) return measure_registration(shape);
  if (std::strcmp(arguments[1], "unlogged") == 0) return measure_unlogged(shape);
  if (std::strcmp(arguments[1], "classes") == 0) return measure_classes(shape);
  return measure_callables(shape);
}
