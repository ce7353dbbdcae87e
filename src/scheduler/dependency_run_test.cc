// SPDX-License-Identifier: Apache-2.0
#include "scheduler/dependency_run.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <random>
#include <utility>

#include <gtest/gtest.h>

namespace rota {
namespace {

// needs[i]: what node i needs; may name one twice.
struct TestGraph {
  std::vector<std::vector<NodeIndex>> needs;
  std::vector<NodeIndex> offsets = {0}, dependents = {}, counts = {};

  explicit TestGraph(std::vector<std::vector<NodeIndex>> what) : needs(std::move(what)) {
    std::vector<std::vector<NodeIndex>> rows(needs.size());
    for (NodeIndex node = 0; node < needs.size(); ++node) {
      for (const NodeIndex other : needs[node]) rows[other].push_back(node);
      counts.push_back(static_cast<NodeIndex>(needs[node].size()));
    }
    for (const auto& row : rows) {
      dependents.insert(dependents.end(), row.begin(), row.end());
      offsets.push_back(static_cast<NodeIndex>(dependents.size()));
    }
  }
  DependencyRows rows() const { return {offsets, dependents, counts}; }
};

template <class Body>
std::vector<NodeState> run(const TestGraph& graph, const DependencyRunOptions& options,
                           const Body& body) {
  const DependencyRows rows = graph.rows();
  return DependencyRun<Body>(rows, options, body).run();
}

TestGraph random_graph(std::mt19937& random) {
  const auto below = [&](std::size_t limit) {
    return static_cast<NodeIndex>(std::uniform_int_distribution<std::size_t>(0, limit - 1)(random));
  };
  // Numbered at random, so that an order is not that of the numbers.
  std::vector<NodeIndex> order(below(200));
  for (NodeIndex at = 0; at < order.size(); ++at) order[at] = at;
  std::ranges::shuffle(order, random);
  std::vector<std::vector<NodeIndex>> needs(order.size());
  const std::size_t most = below(6) + 1;
  for (std::size_t at = 1; at < order.size(); ++at) {
    for (NodeIndex count = below(most); count > 0; --count)
      needs[order[at]].push_back(order[below(at)]);
  }
  return TestGraph(std::move(needs));
}

// What ran, when, and how often.
class Trace {
 public:
  explicit Trace(std::size_t size) : begins_(size), ends_(size), runs_(size) {}
  void begin(NodeIndex node) {
    runs_[node].fetch_add(1);
    begins_[node] = clock_.fetch_add(1);
  }
  void end(NodeIndex node) { ends_[node] = clock_.fetch_add(1); }
  int runs(NodeIndex node) const { return runs_[node]; }
  bool ended_before(NodeIndex node, NodeIndex other) const {
    return runs_[node] == 1 && ends_[node] < begins_[other];
  }

 private:
  std::atomic<int> clock_{0};
  std::vector<std::atomic<int>> begins_, ends_, runs_;
};

TEST(DependencyRun, EachNodeOfARandomGraphRunsOnceAndAfterAllThatItNeedsWhateverFails) {
  std::mt19937 random(20'261'126);
  for (int round = 0; round < 1500; ++round) {
    const TestGraph graph = random_graph(random);
    const std::size_t size = graph.needs.size();
    std::vector<char> fails(size);
    const unsigned failing = round % 3 == 0 ? 0 : 8;
    for (char& one : fails) one = failing > 0 && random() % failing == 0;
    Trace trace(size);
    const auto states = run(graph, {.threads = static_cast<std::size_t>(round) % 4 + 1},
                            [&](NodeIndex node) noexcept {
                              trace.begin(node);
                              trace.end(node);
                              return !fails[node];
                            });
    for (NodeIndex node = 0; node < size; ++node) {
      const bool ready = std::ranges::all_of(graph.needs[node], [&](NodeIndex other) {
        return states[other] == NodeState::succeeded;
      });
      ASSERT_EQ(trace.runs(node), ready ? 1 : 0);
      ASSERT_EQ(states[node], !ready        ? NodeState::upstream_failed
                              : fails[node] ? NodeState::failed
                                            : NodeState::succeeded);
      for (const NodeIndex other : graph.needs[node])
        ASSERT_TRUE(!ready || trace.ended_before(other, node));
    }
  }
}

TEST(DependencyRun, AfterAStopNothingBeginsAndWhatEndedWasAllowedTo) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    const TestGraph graph = random_graph(random);
    std::stop_source stop;
    const std::size_t last = graph.needs.empty() ? 0 : random() % graph.needs.size();
    std::atomic<std::size_t> begun{0};
    std::atomic<std::size_t> late{0};
    std::atomic<bool> is_stopped = false;
    const auto states =
        run(graph, {.threads = 3, .stop = stop.get_token()}, [&](NodeIndex) noexcept {
          if (is_stopped) ++late;
          if (begun.fetch_add(1) == last) {
            stop.request_stop();
            is_stopped = true;
          }
          return true;
        });
    EXPECT_LE(late.load(), 2U) << "the other threads were about to begin one each";
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(states, NodeState::succeeded)),
              begun.load());
    for (NodeIndex node = 0; node < states.size(); ++node) {
      if (states[node] != NodeState::succeeded) continue;
      for (const NodeIndex other : graph.needs[node])
        ASSERT_EQ(states[other], NodeState::succeeded);
    }
  }
}

TEST(DependencyRun, NothingBeginsWhereTheStopWasAskedForBefore) {
  std::stop_source stop;
  stop.request_stop();
  const auto states = run(TestGraph({{}, {0}}), {.threads = 2, .stop = stop.get_token()},
                          [](NodeIndex) noexcept { return true; });
  EXPECT_EQ(states, std::vector(2, NodeState::not_run));
}

TEST(DependencyRun, AStopWakesAndEndsWorkersThatWaitForANodeUnderWay) {
  std::stop_source stop;
  const auto states = run(TestGraph({{}, {0}, {1}}), {.threads = 4, .stop = stop.get_token()},
                          [&](NodeIndex) noexcept {
                            stop.request_stop();
                            return true;
                          });
  EXPECT_EQ(states, (std::vector{NodeState::succeeded, NodeState::not_run, NodeState::not_run}));
}

TEST(DependencyRun, StopsAtTheFirstFailureWhereThatIsAskedFor) {
  const auto states =
      run(TestGraph({{}, {0}, {0}, {1}, {}}), {.threads = 1, .stop_at_first_failure = true},
          [](NodeIndex node) noexcept { return node != 0; });
  EXPECT_EQ(states[0], NodeState::failed);
  EXPECT_EQ(std::ranges::count(states, NodeState::failed), 1);
  EXPECT_EQ(states[3], NodeState::not_run);
}

// Each waits for the other: they never come back when what one worker has made ready is out of the others' reach.
TEST(DependencyRun, NodesThatOneWorkerMakesReadyRunAtTheSameTime) {
  std::latch first_two(2), released_two(2);
  const auto states =
      run(TestGraph({{}, {}, {0, 1}, {2}, {2}}), {.threads = 2}, [&](NodeIndex node) noexcept {
        if (node < 2) first_two.arrive_and_wait();
        if (node > 2) released_two.arrive_and_wait();
        return true;
      });
  EXPECT_EQ(states, std::vector(5, NodeState::succeeded));
}

TEST(DependencyRun, AMillionInAChainTakeNoStack) {
  constexpr NodeIndex kNodes = 1'000'000;
  std::vector<std::vector<NodeIndex>> needs(kNodes);
  for (NodeIndex node = 1; node < kNodes; ++node) needs[node] = {node - 1};
  NodeIndex last = 0;
  const auto states =
      run(TestGraph(std::move(needs)), {.threads = 2}, [&](NodeIndex node) noexcept {
        const bool in_order = node == 0 || last + 1 == node;
        last = node;
        return in_order;
      });
  EXPECT_EQ(std::ranges::count(states, NodeState::succeeded), kNodes);
}

TEST(DependencyRun, AFailureAtTheHeadOfAMillionTakesNoStackEither) {
  constexpr NodeIndex kNodes = 1'000'000;
  std::vector<std::vector<NodeIndex>> needs(kNodes);
  for (NodeIndex node = 1; node < kNodes; ++node) needs[node] = {node - 1};
  const auto states = run(TestGraph(std::move(needs)), {.threads = 2},
                          [](NodeIndex node) noexcept { return node != 0; });
  EXPECT_EQ(std::ranges::count(states, NodeState::upstream_failed), kNodes - 1);
}

TEST(DependencyRun, AWideFanIsRunByAllWorkersOnceEach) {
  constexpr NodeIndex kNodes = 300'000;
  std::vector<std::vector<NodeIndex>> needs(kNodes);
  for (NodeIndex node = 1; node + 1 < kNodes; ++node) {
    needs[node] = {0};
    needs.back().push_back(node);
  }
  std::vector<std::atomic<int>> runs(kNodes);
  const auto states =
      run(TestGraph(std::move(needs)), {.threads = 4}, [&](NodeIndex node) noexcept {
        runs[node].fetch_add(1, std::memory_order_relaxed);
        return true;
      });
  EXPECT_TRUE(std::ranges::all_of(runs, [](const auto& one) { return one == 1; }));
  EXPECT_EQ(std::ranges::count(states, NodeState::succeeded), kNodes);
}

TEST(DependencyRun, AnEmptyGraphIsDone) {
  EXPECT_TRUE(run(TestGraph({}), {.threads = 2}, [](NodeIndex) noexcept { return true; }).empty());
}

}  // namespace
}  // namespace rota
