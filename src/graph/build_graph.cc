// SPDX-License-Identifier: Apache-2.0
// Which classes of a registry make a graph: all of them, or a selection with all that it needs.
#include "graph/missing_dependencies.h"
#include <rota/graph.h>

#include <unordered_set>
#include <utility>

namespace rota::inline v1 {
namespace {

// Follows the dependencies of the selected tasks; collects what is not registered.
class Selection {
 public:
  explicit Selection(const TaskRegistry& registry) : registry_(registry) {}

  void select(const std::string& task_id) {
    if (!visit(task_id)) unknown_.push_back(task_id);
  }

  std::vector<TaskClassPtr> with_all_they_need() && {
    for (std::size_t at = 0; at < classes_.size(); ++at) {
      const TaskClassPtr dependent = classes_[at];
      for (const std::string& dependency : dependent->metadata().dependencies) {
        if (!visit(dependency)) missing_.push_back({std::string(dependent->task_id()), dependency});
      }
    }
    if (!unknown_.empty() || !missing_.empty()) throw_what_is_not_there();
    return std::move(classes_);
  }

 private:
  // False when it is not registered.
  bool visit(const std::string& task_id) {
    if (seen_.contains(task_id)) return true;
    TaskClassPtr task_class = registry_.get_task_class(task_id);
    if (task_class == nullptr) return false;
    seen_.emplace(task_class->task_id());
    classes_.push_back(std::move(task_class));
    return true;
  }

  [[noreturn]] void throw_what_is_not_there() {
    const std::vector<TaskClassPtr> all = registry_.task_classes();
    std::vector<std::string_view> known;
    known.reserve(all.size());
    for (const TaskClassPtr& one : all) known.emplace_back(one->task_id());
    if (!unknown_.empty()) throw_unknown_tasks(std::move(unknown_), known);
    throw_missing_dependencies(std::move(missing_), known, "registered");
  }

  const TaskRegistry& registry_;
  std::vector<TaskClassPtr> classes_;
  std::unordered_set<std::string_view> seen_;  // views into classes_
  std::vector<std::string> unknown_;
  std::vector<MissingDependency> missing_;
};

}  // namespace

Graph build_graph(const TaskRegistry& registry, const std::vector<std::string>& task_ids) {
  if (task_ids.empty()) return Graph(registry.task_classes());
  Selection selection(registry);
  for (const std::string& task_id : task_ids) selection.select(task_id);
  return Graph(std::move(selection).with_all_they_need());
}

}  // namespace rota::inline v1
