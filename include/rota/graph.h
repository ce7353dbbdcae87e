// SPDX-License-Identifier: Apache-2.0
// Task classes and what each needs, as a graph without cycles. Knows nothing of the log.
#pragma once

#include <rota/export.h>
#include <rota/task_class.h>
#include <rota/task_registry.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

using TaskIndex = std::uint32_t;

namespace graph_detail {

// Where each id is among tasks, for very many look-ups: one table without nodes.
class IdIndex {
 public:
  // For so many ids at most, each added once. They are borrowed.
  void reserve(std::size_t count);
  void add(std::string_view task_id, TaskIndex task);
  std::optional<TaskIndex> find(std::string_view task_id) const;
  // The task that was number i is number_of[i] now.
  void renumber(std::span<const TaskIndex> number_of);

 private:
  struct Slot {
    std::string_view task_id = {};
    std::uint32_t hash = 0;  // its upper half
    TaskIndex task = 0;
  };

  std::vector<Slot> slots_;  // a power of two of them, at least half of them empty
};

}  // namespace graph_detail

// Immutable once built; every member may be called from any thread. Tasks are numbered in an order in which
// each comes after all that it needs; where several could come next, the smallest id does.
class ROTA_EXPORT Graph {
 public:
  // Throws PlanError: names a cycle as a -> b -> c -> a (each needs the next), or all dependencies that
  // are not among the classes, with who needs them and the nearest known id.
  explicit Graph(std::vector<TaskClassPtr> task_classes);

  // Some of its tasks, with what each needs among them. `tasks` ascends; the new numbers follow its order.
  Graph subgraph(std::span<const TaskIndex> tasks) const;

  std::size_t size() const noexcept { return task_classes_.size(); }
  const TaskClassPtr& task_class(TaskIndex task) const { return task_classes_[task]; }
  const std::string& task_id(TaskIndex task) const {
    return task_classes_[task]->metadata().task_id;
  }
  std::optional<TaskIndex> find(std::string_view task_id) const;
  // What a task needs, and what needs it; each once, ascending.
  std::span<const TaskIndex> dependencies(TaskIndex task) const {
    return row(dependency_offsets_, dependencies_, task);
  }
  std::span<const TaskIndex> dependents(TaskIndex task) const {
    return row(dependent_offsets_, dependents_, task);
  }

 private:
  static std::span<const TaskIndex> row(const std::vector<TaskIndex>& offsets,
                                        const std::vector<TaskIndex>& values, TaskIndex task) {
    return std::span(values).subspan(offsets[task], offsets[task + 1] - offsets[task]);
  }

  std::vector<TaskClassPtr> task_classes_;
  graph_detail::IdIndex index_;  // of ids in task_classes_
  std::vector<TaskIndex> dependency_offsets_, dependencies_;
  std::vector<TaskIndex> dependent_offsets_, dependents_;
};

// All classes of the registry, or the named ones with all that they need. Throws PlanError as Graph does,
// and for a name that is not registered, with the nearest that is.
ROTA_EXPORT Graph build_graph(const TaskRegistry& registry,
                              const std::vector<std::string>& task_ids = {});

// The id among `known` that a person most likely meant, or nothing when none is near.
ROTA_EXPORT std::optional<std::string> nearest_task_id(std::string_view wanted,
                                                       std::span<const std::string_view> known);

}  // namespace rota::inline v1
