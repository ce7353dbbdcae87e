// SPDX-License-Identifier: Apache-2.0
// Builds the rows of a graph of callables, refuses what has no order, and hands the rest to the scheduler.
#include "graph/adjacency.h"
#include "graph/cycles.h"
#include "graph/missing_dependencies.h"
#include "scheduler/dependency_run.h"
#include <rota/callable_graph.h>

#include <algorithm>
#include <mutex>
#include <numeric>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

CallableState state_of(NodeState state) noexcept {
  switch (state) {
    case NodeState::not_run:
      return CallableState::not_run;
    case NodeState::succeeded:
      return CallableState::succeeded;
    case NodeState::failed:
      return CallableState::failed;
    case NodeState::upstream_failed:
      return CallableState::upstream_failed;
  }
  return CallableState::not_run;
}

// Calls one, and keeps what it throws.
class Calls {
 public:
  explicit Calls(const std::vector<CallableGraph::Callable>& callables) : callables_(callables) {}

  bool operator()(CallableIndex callable) const noexcept {
    try {
      callables_[callable]();
      return true;
    } catch (...) {
      keep(callable, std::current_exception());
      return false;
    }
  }

  std::vector<CallableFailure> failures() && {
    std::ranges::sort(failures_, {}, &CallableFailure::callable);
    return std::move(failures_);
  }

 private:
  // Where there is no memory left to keep it, the state alone tells that the callable failed.
  void keep(CallableIndex callable, std::exception_ptr error) const noexcept {
    try {
      const std::lock_guard lock(mutex_);
      failures_.push_back({callable, std::move(error)});
    } catch (const std::bad_alloc&) {
      return;
    }
  }

  const std::vector<CallableGraph::Callable>& callables_;
  mutable std::mutex mutex_;
  mutable std::vector<CallableFailure> failures_;
};

}  // namespace

// As DependencyRows has them.
struct CallableGraph::Rows {
  std::vector<NodeIndex> offsets;
  std::vector<NodeIndex> dependents;
  std::vector<NodeIndex> needs;

  explicit Rows(std::size_t size) : offsets(size + 1), needs(size) {}

  DependencyRows spans() const { return {offsets, dependents, needs}; }

  // Offsets begin as the sizes of the rows, become their ends, and, as the rows are filled from behind, their
  // begins.
  void make_room() {
    std::partial_sum(offsets.begin(), offsets.end() - 1, offsets.begin());
    offsets.back() = offsets.size() > 1 ? *(offsets.end() - 2) : 0;
    dependents.resize(offsets.back());
  }
  void fill(const std::vector<Dependency>& dependencies) {
    std::for_each(dependencies.rbegin(), dependencies.rend(), [this](const Dependency& one) {
      dependents[--offsets[one.needs]] = one.callable;
    });
  }

  bool has_order() const {
    std::vector<NodeIndex> waiting_for = needs;
    std::vector<NodeIndex> ready;
    ready.reserve(needs.size());
    for (NodeIndex node = 0; node < needs.size(); ++node) {
      if (needs[node] == 0) ready.push_back(node);
    }
    for (std::size_t at = 0; at < ready.size(); ++at) {
      for (NodeIndex row = offsets[ready[at]]; row < offsets[ready[at] + 1]; ++row) {
        if (--waiting_for[dependents[row]] == 0) ready.push_back(dependents[row]);
      }
    }
    return ready.size() == needs.size();
  }
};

std::size_t CallableRunSummary::count(CallableState state) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(states, state));
}

bool CallableRunSummary::succeeded() const noexcept {
  return count(CallableState::succeeded) == states.size();
}

void CallableGraph::reserve(std::size_t callables, std::size_t dependencies) {
  callables_.reserve(callables);
  dependencies_.reserve(dependencies);
}

CallableIndex CallableGraph::add(std::string name, Callable callable) {
  if (names_.contains(name)) {
    throw PlanError(
        fmt::format("callable {} is in the graph twice; give each a name of its own", name));
  }
  const CallableIndex added = add(std::move(callable));
  names_.emplace(std::move(name), added);
  return added;
}

void CallableGraph::add_dependency(CallableIndex callable, std::string_view needs) {
  named_dependencies_.push_back({callable, std::string(needs)});
}

void CallableGraph::throw_empty_callable() {
  throw ArgumentError("a callable of the graph is empty; add what can be called");
}

void CallableGraph::throw_too_many() {
  throw PlanError("the graph has 4,294,967,294 callables, and takes no more; split it");
}

std::vector<CallableGraph::Dependency> CallableGraph::resolve_names() const {
  std::vector<Dependency> resolved;
  resolved.reserve(named_dependencies_.size());
  for (const NamedDependency& one : named_dependencies_) {
    const auto needs = names_.find(one.needs);
    if (needs == names_.end()) throw_missing();
    resolved.push_back({one.callable, needs->second});
  }
  return resolved;
}

// Throws where something is missing, or there is a cycle.
CallableGraph::Rows CallableGraph::checked_rows() const {
  const std::vector<Dependency> named = resolve_names();
  if (dependencies_.size() + named.size() > kNoNode) {
    throw PlanError("the graph has more than 4,294,967,295 dependencies; split it");
  }
  Rows rows(size());
  bool ascending = true;  // each needs such only as were added before: that is an order
  for (const auto* dependencies : {&dependencies_, &named}) {
    for (const Dependency& one : *dependencies) {
      if (std::max(one.callable, one.needs) >= size()) throw_missing();
      ascending = ascending && one.needs < one.callable;
      ++rows.offsets[one.needs];
      ++rows.needs[one.callable];
    }
  }
  rows.make_room();
  rows.fill(named);
  rows.fill(dependencies_);
  if (!ascending && !rows.has_order()) throw_cycles(named);
  return rows;
}

void CallableGraph::check() const { checked_rows(); }

CallableRunSummary CallableGraph::run(const CallableRunOptions& options) const {
  const Rows rows = checked_rows();
  Calls calls(callables_);
  const std::size_t threads =
      options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  const DependencyRunOptions how = {.threads = std::min(threads, std::max<std::size_t>(size(), 1)),
                                    .stop_at_first_failure = options.stop_at_first_failure,
                                    .stop = options.stop};
  const std::vector<NodeState> states = DependencyRun<Calls>(rows.spans(), how, calls).run();
  CallableRunSummary summary;
  summary.states.resize(states.size());
  std::ranges::transform(states, summary.states.begin(), state_of);
  summary.failures = std::move(calls).failures();
  return summary;
}

std::vector<std::string> CallableGraph::names() const {
  std::vector<std::string> all;
  all.reserve(size());
  for (CallableIndex at = 0; at < size(); ++at) all.push_back(std::to_string(at));
  for (const auto& [name, at] : names_) all[at] = name;
  return all;
}

void CallableGraph::throw_missing() const {
  const std::vector<std::string> all = names();
  std::vector<std::string_view> known;
  for (const auto& [name, at] : names_) known.push_back(name);
  std::ranges::sort(known);
  std::vector<MissingDependency> missing;
  const auto require = [&](CallableIndex callable) {
    if (callable < size()) return;
    throw PlanError(fmt::format(
        "a dependency is that of callable {}, and the graph has {}; add it before the graph is run",
        callable, size()));
  };
  for (const Dependency& one : dependencies_) {
    require(one.callable);
    if (one.needs >= size()) missing.push_back({all[one.callable], std::to_string(one.needs)});
  }
  for (const NamedDependency& one : named_dependencies_) {
    require(one.callable);
    if (!names_.contains(one.needs)) missing.push_back({all[one.callable], one.needs});
  }
  throw_missing_dependencies(std::move(missing), known, "in the graph");
}

void CallableGraph::throw_cycles(const std::vector<Dependency>& named) const {
  std::vector<std::vector<TaskIndex>> rows(size());
  for (const auto* dependencies : {&dependencies_, &named}) {
    for (const Dependency& one : *dependencies) rows[one.callable].push_back(one.needs);
  }
  Adjacency needs;
  for (const auto& row : rows) {
    needs.values.insert(needs.values.end(), row.begin(), row.end());
    needs.close_row();
  }
  const std::vector<std::string> all = names();
  throw_cycles_among(find_cycles(needs), "the graph",
                     [&](TaskIndex node) -> std::string_view { return all[node]; });
}

}  // namespace rota::inline v1
