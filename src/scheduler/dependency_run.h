// SPDX-License-Identifier: Apache-2.0
// Runs numbered nodes on threads, each once and after all that it needs. Knows numbers and one function that runs
// a node; nothing of tasks, callables or the log.
//
// A node that ends counts down what waits for it. The first that this makes ready stays with the worker
// without touching a queue, so that a chain runs as a loop; the others go to the worker's deque. Nothing is allocated
// for a node, and nothing recurses.
#pragma once

#include "scheduler/work_crew.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <stop_token>
#include <system_error>
#include <thread>
#include <vector>

namespace rota::inline v1 {

// Who waits for whom, without cycles: those that wait for node i are dependents[offsets[i] .. offsets[i + 1]), and
// needs[i] is how often i is among the dependents of all.
struct DependencyRows {
  std::span<const NodeIndex> offsets = {};
  std::span<const NodeIndex> dependents = {};
  std::span<const NodeIndex> needs = {};
};

enum class NodeState : std::uint8_t {
  not_run,  // the run ended before its turn came
  succeeded,
  failed,
  upstream_failed,  // not run: one that it needs, directly or not, failed
};

struct DependencyRunOptions {
  std::size_t threads = 1;  // the calling one among them; fewer where the system gives no more
  bool stop_at_first_failure = false;
  std::stop_token stop = {};  // no node begins any more; those that run are waited for
};

// `Body` is called as `bool body(NodeIndex) noexcept` from several threads at once; false: the node failed.
template <class Body>
class DependencyRun {
 public:
  DependencyRun(const DependencyRows& rows, const DependencyRunOptions& options, const Body& body)
      : rows_(rows),
        options_(options),
        body_(body),
        waiting_for_(rows.needs.begin(), rows.needs.end()),
        states_(rows.needs.size(), NodeState::not_run),
        first_(nodes_without_needs(rows)),
        crew_(options.threads, first_, rows.needs.size()) {}

  // Once. Throws std::bad_alloc where there is no memory for the queues; the nodes that run are waited for.
  std::vector<NodeState> run() && {
    const std::stop_callback stop(options_.stop, [this] { crew_.end(); });
    {
      std::vector<std::jthread> threads;
      start(threads);
      work(0);
    }
    if (error_) std::rethrow_exception(error_);
    return std::move(states_);
  }

 private:
  static std::vector<NodeIndex> nodes_without_needs(const DependencyRows& rows) {
    std::vector<NodeIndex> nodes;
    for (NodeIndex node = 0; node < rows.needs.size(); ++node) {
      if (rows.needs[node] == 0) nodes.push_back(node);
    }
    return nodes;
  }

  void start(std::vector<std::jthread>& threads) {
    try {
      threads.reserve(crew_.workers());
      for (std::size_t worker = 1; worker < crew_.workers(); ++worker)
        threads.emplace_back([this, worker] { work(worker); });
    } catch (const std::system_error&) {
      // The threads that are there do all of it.
    } catch (...) {
      keep_error();
    }
  }

  void work(std::size_t worker) noexcept {
    try {
      work_until_the_end(worker);
    } catch (...) {
      keep_error();
    }
  }

  void work_until_the_end(std::size_t worker) {
    std::size_t done = 0;
    NodeIndex node = crew_.take(worker, done);
    while (node != kNoNode && !crew_.ended()) {
      run_node(node);
      ++done;
      node = release_dependents(worker, node);
      if (node == kNoNode) node = crew_.take(worker, done);
    }
  }

  void run_node(NodeIndex node) {
    const std::atomic_ref state(states_[node]);
    if (state.load(std::memory_order_relaxed) == NodeState::upstream_failed) {
      fail_dependents(node);
      return;
    }
    const bool succeeded = body_(node);
    state.store(succeeded ? NodeState::succeeded : NodeState::failed, std::memory_order_relaxed);
    if (succeeded) return;
    fail_dependents(node);
    if (options_.stop_at_first_failure) crew_.end();
  }

  // They become ready like any other, when all that they need has had its turn, and then are passed over.
  void fail_dependents(NodeIndex node) {
    for (const NodeIndex dependent : dependents(node)) {
      std::atomic_ref(states_[dependent])
          .store(NodeState::upstream_failed, std::memory_order_relaxed);
    }
  }

  // Gives one that has become ready, and offers the others.
  NodeIndex release_dependents(std::size_t worker, NodeIndex node) {
    NodeIndex next = kNoNode;
    bool more = false;
    for (const NodeIndex dependent : dependents(node)) {
      // The last one to count down needs not write: nobody else will.
      const std::atomic_ref waiting_for(waiting_for_[dependent]);
      if (waiting_for.load(std::memory_order_acquire) != 1 &&
          waiting_for.fetch_sub(1, std::memory_order_acq_rel) != 1) {
        continue;
      }
      if (next == kNoNode) {
        next = dependent;
      } else {
        crew_.put(worker, dependent);
        more = true;
      }
    }
    if (more) crew_.offer(worker);
    return next;
  }

  std::span<const NodeIndex> dependents(NodeIndex node) const {
    const NodeIndex begin = rows_.offsets[node];
    return rows_.dependents.subspan(begin, rows_.offsets[node + 1] - begin);
  }

  void keep_error() noexcept {
    {
      const std::lock_guard lock(error_mutex_);
      if (!error_) error_ = std::current_exception();
    }
    crew_.end();
  }

  const DependencyRows rows_;
  const DependencyRunOptions& options_;
  const Body& body_;
  std::vector<NodeIndex> waiting_for_;
  std::vector<NodeState> states_;
  std::vector<NodeIndex> first_;
  WorkCrew crew_;
  std::mutex error_mutex_;
  std::exception_ptr error_;
};

}  // namespace rota::inline v1
