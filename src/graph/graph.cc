// SPDX-License-Identifier: Apache-2.0
#include "graph/adjacency.h"
#include "graph/cycles.h"
#include "graph/missing_dependencies.h"
#include <rota/error.h>
#include <rota/graph.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <numeric>
#include <queue>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

using TaskClasses = std::vector<TaskClassPtr>;

std::string_view id_of(const TaskClassPtr& task_class) { return task_class->task_id(); }

// The eight bytes after what all ids have in common: they nearly always decide a comparison,
// without a look at the ids themselves, which are spread over the memory.
class SortKeys {
 public:
  explicit SortKeys(const TaskClasses& classes) : common_(common_prefix(classes)) {}

  std::uint64_t operator()(std::string_view id) const {
    std::uint64_t key = 0;
    for (std::size_t at = 0; at < 8; ++at) {
      const std::size_t from = common_ + at;
      key = key << 8 | (from < id.size() ? static_cast<unsigned char>(id[from]) : 0U);
    }
    return key;
  }

 private:
  static std::size_t common_prefix(const TaskClasses& classes) {
    if (classes.empty()) return 0;
    std::string_view common = id_of(classes.front());
    for (const TaskClassPtr& one : classes) {
      const std::string_view id = id_of(one);
      common = common.substr(0, std::ranges::mismatch(common, id).in1 - common.begin());
    }
    return common.size();
  }

  std::size_t common_;
};

struct SortEntry {
  std::uint64_t key;
  std::string_view id;
  std::size_t position;

  friend bool operator<(const SortEntry& left, const SortEntry& right) {
    return left.key != right.key ? left.key < right.key : left.id < right.id;
  }
};

// Compilers write the notes of a file mostly in the order of its source or the other way round, and the classes of a
// registry are in that of their files: with the runs that fall turned round there is often nothing left to sort.
void sort(std::vector<SortEntry>& entries) {
  for (auto begin = entries.begin(); begin != entries.end();) {
    auto end = begin + 1;
    while (end != entries.end() && *end < *(end - 1)) ++end;
    std::reverse(begin, end);
    begin = end;
  }
  if (!std::ranges::is_sorted(entries, std::less<>{})) std::sort(entries.begin(), entries.end());
}

// By ascending id; each id once.
TaskClasses sorted_by_id(TaskClasses classes) {
  if (std::ranges::find(classes, nullptr) != classes.end()) {
    throw PlanError("a task class of the graph is null; look it up before it is put into a graph");
  }
  const SortKeys key_of(classes);
  std::vector<SortEntry> entries;
  entries.reserve(classes.size());
  for (const TaskClassPtr& one : classes)
    entries.push_back({key_of(id_of(one)), id_of(one), entries.size()});
  sort(entries);
  const auto twice = std::ranges::adjacent_find(entries, {}, &SortEntry::id);
  if (twice != entries.end()) {
    throw PlanError(
        fmt::format("task {} is in the graph twice; give each task an id of its own", twice->id));
  }
  TaskClasses sorted;
  sorted.reserve(classes.size());
  for (const SortEntry& entry : entries) sorted.push_back(std::move(classes[entry.position]));
  return sorted;
}

graph_detail::IdIndex make_index(const TaskClasses& classes) {
  graph_detail::IdIndex index;
  index.reserve(classes.size());
  TaskIndex number = 0;
  for (const TaskClassPtr& one : classes) index.add(id_of(one), number++);
  return index;
}

Adjacency resolve_dependencies(const TaskClasses& classes, const graph_detail::IdIndex& index) {
  Adjacency needs;
  needs.offsets.reserve(classes.size() + 1);
  std::vector<MissingDependency> missing;
  for (const TaskClassPtr& one : classes) {
    for (const std::string& dependency : one->metadata().dependencies) {
      const auto at = index.find(dependency);
      if (!at) {
        missing.push_back({std::string(id_of(one)), dependency});
      } else {
        needs.values.push_back(*at);
      }
    }
    needs.close_row();
  }
  if (missing.empty()) return needs;
  std::vector<std::string_view> known;
  for (const TaskClassPtr& one : classes) known.push_back(id_of(one));
  throw_missing_dependencies(std::move(missing), known, "registered");
}

// Is each after all that it needs already, as where the ids rise along the graph? Then the smallest that could come next
// is the next one throughout.
bool is_ordered(const Adjacency& needs) {
  for (TaskIndex task = 0; task < needs.size(); ++task) {
    if (const auto row = needs.row(task); !row.empty() && row.back() >= task) return false;
  }
  return true;
}

// Each after all that it needs, of those that could come next the smallest first; shorter than the
// graph where there is a cycle.
std::vector<TaskIndex> topological_order(const Adjacency& needs, const Adjacency& needed_by) {
  std::vector<TaskIndex> waiting_for(needs.size());
  std::priority_queue<TaskIndex, std::vector<TaskIndex>, std::greater<>> ready;
  for (TaskIndex task = 0; task < needs.size(); ++task) {
    waiting_for[task] = static_cast<TaskIndex>(needs.row(task).size());
    if (waiting_for[task] == 0) ready.push(task);
  }
  std::vector<TaskIndex> order;
  order.reserve(needs.size());
  while (!ready.empty()) {
    const TaskIndex task = ready.top();
    ready.pop();
    order.push_back(task);
    for (const TaskIndex dependent : needed_by.row(task)) {
      if (--waiting_for[dependent] == 0) ready.push(dependent);
    }
  }
  return order;
}

Adjacency renumber(const Adjacency& old, const std::vector<TaskIndex>& order,
                   const std::vector<TaskIndex>& number_of) {
  Adjacency renumbered;
  renumbered.offsets.reserve(old.offsets.size());
  renumbered.values.reserve(old.values.size());
  for (const TaskIndex task : order) {
    for (const TaskIndex target : old.row(task)) renumbered.values.push_back(number_of[target]);
    renumbered.close_row();
  }
  return renumbered;
}

// Renumbers all so that each comes after what it needs. Throws PlanError where there is a cycle.
void put_in_order(TaskClasses& classes, Adjacency& needs, graph_detail::IdIndex& index) {
  const std::vector<TaskIndex> order = topological_order(needs, needs.transposed());
  if (order.size() < classes.size()) {
    throw_cycles_among(find_cycles(needs), "the task graph",
                       [&](TaskIndex task) { return id_of(classes[task]); });
  }
  std::vector<TaskIndex> number_of(order.size());
  for (TaskIndex number = 0; number < order.size(); ++number) number_of[order[number]] = number;
  needs = renumber(needs, order, number_of);
  index.renumber(number_of);
  TaskClasses ordered;
  ordered.reserve(classes.size());
  for (const TaskIndex task : order) ordered.push_back(std::move(classes[task]));
  classes = std::move(ordered);
}

std::uint64_t hash_of(std::string_view task_id) { return std::hash<std::string_view>{}(task_id); }

}  // namespace

void graph_detail::IdIndex::reserve(std::size_t count) {
  slots_.assign(std::bit_ceil(count * 2 + 1), {});
}

void graph_detail::IdIndex::add(std::string_view task_id, TaskIndex task) {
  const std::size_t mask = slots_.size() - 1;
  const std::uint64_t hash = hash_of(task_id);
  std::size_t at = hash & mask;
  while (slots_[at].task_id.data() != nullptr) at = (at + 1) & mask;
  slots_[at] = {task_id, static_cast<std::uint32_t>(hash >> 32), task};
}

std::optional<TaskIndex> graph_detail::IdIndex::find(std::string_view task_id) const {
  if (slots_.empty()) return std::nullopt;
  const std::size_t mask = slots_.size() - 1;
  const std::uint64_t hash = hash_of(task_id);
  for (std::size_t at = hash & mask; slots_[at].task_id.data() != nullptr; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.hash == static_cast<std::uint32_t>(hash >> 32) && slot.task_id == task_id)
      return slot.task;
  }
  return std::nullopt;
}

void graph_detail::IdIndex::renumber(std::span<const TaskIndex> number_of) {
  for (Slot& slot : slots_) {
    if (slot.task_id.data() != nullptr) slot.task = number_of[slot.task];
  }
}

Graph::Graph(std::vector<TaskClassPtr> task_classes) {
  TaskClasses classes = sorted_by_id(std::move(task_classes));
  lay_out_metadata(classes);
  index_ = make_index(classes);
  Adjacency needs = resolve_dependencies(classes, index_);
  if (!is_ordered(needs)) put_in_order(classes, needs, index_);
  Adjacency needed_by = needs.transposed();
  dependency_offsets_ = std::move(needs.offsets);
  dependencies_ = std::move(needs.values);
  dependent_offsets_ = std::move(needed_by.offsets);
  dependents_ = std::move(needed_by.values);
  task_classes_ = std::move(classes);
}

Graph Graph::subgraph(std::span<const TaskIndex> tasks) const {
  constexpr TaskIndex kOutside = std::numeric_limits<TaskIndex>::max();
  std::vector<TaskIndex> number_of(size(), kOutside);
  Graph part(TaskClasses{});
  part.index_.reserve(tasks.size());
  for (const TaskIndex task : tasks) {
    const auto number = static_cast<TaskIndex>(part.task_classes_.size());
    number_of[task] = number;
    part.task_classes_.push_back(task_classes_[task]);
    part.index_.add(task_classes_[task]->task_id(), number);
  }
  Adjacency needs;
  for (const TaskIndex task : tasks) {
    for (const TaskIndex dependency : dependencies(task)) {
      if (number_of[dependency] != kOutside) needs.values.push_back(number_of[dependency]);
    }
    needs.close_row();
  }
  Adjacency needed_by = needs.transposed();
  part.dependency_offsets_ = std::move(needs.offsets);
  part.dependencies_ = std::move(needs.values);
  part.dependent_offsets_ = std::move(needed_by.offsets);
  part.dependents_ = std::move(needed_by.values);
  return part;
}

std::optional<TaskIndex> Graph::find(std::string_view task_id) const {
  return index_.find(task_id);
}

}  // namespace rota::inline v1
