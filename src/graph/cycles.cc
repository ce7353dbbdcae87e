// SPDX-License-Identifier: Apache-2.0
#include "graph/cycles.h"

#include <rota/error.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr TaskIndex kNone = std::numeric_limits<TaskIndex>::max();
// How many arrows the search for a shorter cycle follows in one component before it is content.
constexpr std::int64_t kArrowsToFollow = 20'000'000;

// Tarjan's algorithm with a stack of its own: the depth of a graph is not bounded by the thread's
// stack.
class Components {
 public:
  explicit Components(const Adjacency& graph)
      : graph_(graph),
        component_(graph.size(), kNone),
        order_(graph.size(), kNone),
        low_(graph.size()) {
    for (TaskIndex node = 0; node < graph.size(); ++node) {
      if (order_[node] == kNone) visit(node);
    }
    for (auto& members : cyclic_) std::ranges::sort(members);
    std::ranges::sort(cyclic_, {}, [](const auto& members) { return members.front(); });
  }

  const std::vector<TaskIndex>& component_of() const noexcept { return component_; }
  // The nodes of each component that has a cycle, ascending; the components by their first node.
  const std::vector<std::vector<TaskIndex>>& cyclic() const noexcept { return cyclic_; }

 private:
  struct Frame {
    TaskIndex node;
    TaskIndex next;  // where in graph_.values the walk goes on
  };

  void visit(TaskIndex root) {
    enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.next == graph_.offsets[frame.node + 1]) {
        leave();
        continue;
      }
      const TaskIndex node = frame.node;
      const TaskIndex target = graph_.values[frame.next++];
      if (order_[target] == kNone) {
        enter(target);
      } else if (component_[target] == kNone) {
        low_[node] = std::min(low_[node], order_[target]);
      }
    }
  }

  void enter(TaskIndex node) {
    order_[node] = low_[node] = entered_++;
    open_.push_back(node);
    frames_.push_back({node, graph_.offsets[node]});
  }

  void leave() {
    const TaskIndex node = frames_.back().node;
    frames_.pop_back();
    if (!frames_.empty()) {
      TaskIndex& low = low_[frames_.back().node];
      low = std::min(low, low_[node]);
    }
    if (low_[node] == order_[node]) close_component(node);
  }

  void close_component(TaskIndex root) {
    const auto first = std::find(open_.rbegin(), open_.rend(), root).base() - 1;
    for (auto at = first; at != open_.end(); ++at) component_[*at] = components_;
    const bool cyclic =
        open_.end() - first > 1 || std::ranges::binary_search(graph_.row(root), root);
    if (cyclic) cyclic_.emplace_back(first, open_.end());
    open_.erase(first, open_.end());
    ++components_;
  }

  const Adjacency& graph_;
  std::vector<TaskIndex> component_;
  std::vector<TaskIndex> order_;
  std::vector<TaskIndex> low_;
  std::vector<TaskIndex> open_;
  std::vector<Frame> frames_;
  std::vector<std::vector<TaskIndex>> cyclic_;
  TaskIndex entered_ = 0;
  TaskIndex components_ = 0;
};

// The shortest cycle is the shortest of those through each node. A node whose turn is over is taken
// out, and with it all that then lies on no cycle any more, so that a component that is one long
// ring takes one step.
class ShortestCycle {
 public:
  ShortestCycle(const Adjacency& graph, const std::vector<TaskIndex>& component)
      : graph_(graph),
        reverse_(graph.transposed()),
        component_(component),
        removed_(graph.size(), false),
        out_(graph.size(), 0),
        in_(graph.size(), 0),
        seen_by_(graph.size(), kNone),
        parent_(graph.size(), kNone) {
    for (TaskIndex node = 0; node < graph.size(); ++node) {
      for (const TaskIndex target : graph.row(node)) {
        if (component[node] != component[target]) continue;
        ++out_[node];
        ++in_[target];
      }
    }
  }

  Cycle find(const std::vector<TaskIndex>& members) {
    Cycle best;
    std::int64_t arrows_left = kArrowsToFollow;
    for (const TaskIndex start : members) {
      if (removed_[start]) continue;
      if (!best.empty() && (arrows_left <= 0 || best.size() == 1)) break;
      Cycle cycle = through(start, best.empty() ? members.size() : best.size() - 1, arrows_left);
      if (!cycle.empty()) best = std::move(cycle);
      remove(start);
    }
    return best;
  }

 private:
  bool inside(TaskIndex from, TaskIndex target) const {
    return component_[from] == component_[target] && !removed_[target];
  }

  // Breadth first; empty when there is none of at most `longest` nodes.
  Cycle through(TaskIndex start, std::size_t longest, std::int64_t& arrows_left) {
    queue_.assign(1, start);
    seen_by_[start] = start;
    std::size_t level_end = 1;
    std::size_t length = 1;  // of a cycle that closes from the present level
    for (std::size_t at = 0; at < queue_.size() && length <= longest; ++at) {
      const TaskIndex node = queue_[at];
      for (const TaskIndex target : graph_.row(node)) {
        --arrows_left;
        if (target == start) return path_from(start, node);
        if (seen_by_[target] == start || !inside(node, target)) continue;
        seen_by_[target] = start;
        parent_[target] = node;
        queue_.push_back(target);
      }
      if (at + 1 == level_end) {
        level_end = queue_.size();
        ++length;
      }
    }
    return {};
  }

  Cycle path_from(TaskIndex start, TaskIndex last) const {
    Cycle path;
    for (TaskIndex node = last; node != start; node = parent_[node]) path.push_back(node);
    path.push_back(start);
    std::ranges::reverse(path);
    return path;
  }

  void remove(TaskIndex first) {
    removed_[first] = true;
    queue_.assign(1, first);
    for (std::size_t at = 0; at < queue_.size(); ++at) {
      const TaskIndex node = queue_[at];
      detach(node, graph_.row(node), in_);
      detach(node, reverse_.row(node), out_);
    }
  }

  void detach(TaskIndex node, std::span<const TaskIndex> neighbours,
              std::vector<TaskIndex>& degree) {
    for (const TaskIndex neighbour : neighbours) {
      if (!inside(node, neighbour) || --degree[neighbour] > 0) continue;
      removed_[neighbour] = true;
      queue_.push_back(neighbour);
    }
  }

  const Adjacency& graph_;
  const Adjacency reverse_;
  const std::vector<TaskIndex>& component_;
  std::vector<bool> removed_;
  std::vector<TaskIndex> out_;  // arrows inside the component to what is not removed
  std::vector<TaskIndex> in_;
  std::vector<TaskIndex> seen_by_;  // the start of the latest search that came here
  std::vector<TaskIndex> parent_;
  std::vector<TaskIndex> queue_;
};

}  // namespace

std::vector<Cycle> find_cycles(const Adjacency& graph) {
  const Components components(graph);
  std::vector<Cycle> cycles;
  if (components.cyclic().empty()) return cycles;
  ShortestCycle shortest(graph, components.component_of());
  for (const auto& members : components.cyclic()) cycles.push_back(shortest.find(members));
  std::ranges::sort(cycles, {}, [](const Cycle& cycle) { return cycle.front(); });
  return cycles;
}

void throw_cycles_among(const std::vector<Cycle>& cycles, std::string_view what,
                        const std::function<std::string_view(TaskIndex)>& name_of) {
  std::string text = cycles.size() == 1 ? fmt::format("{} has a cycle: ", what)
                                        : fmt::format("{} has {} cycles:", what, cycles.size());
  // More is read by nobody, and a message must not be as large as the graph.
  constexpr std::size_t kShownCycles = 20;
  constexpr std::size_t kShownNodes = 50;
  for (const Cycle& cycle : std::span(cycles).first(std::min(cycles.size(), kShownCycles))) {
    if (cycles.size() > 1) text += "\n  ";
    for (const TaskIndex node : std::span(cycle).first(std::min(cycle.size(), kShownNodes)))
      text.append(name_of(node)).append(" -> ");
    if (cycle.size() > kShownNodes)
      text += fmt::format("({} tasks more) -> ", cycle.size() - kShownNodes);
    text += name_of(cycle.front());
  }
  if (cycles.size() > kShownCycles)
    text += fmt::format("\n  and {} more", cycles.size() - kShownCycles);
  throw PlanError(text);
}

}  // namespace rota::inline v1
