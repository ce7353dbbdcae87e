// SPDX-License-Identifier: Apache-2.0
#include "graph/test_tasks.h"
#include <rota/callable_graph.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <random>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;
using testing_tasks::error_of;
using enum CallableState;

constexpr auto kNothing = [] {};

std::string check_error(const CallableGraph& graph) {
  return error_of<PlanError>([&] { graph.check(); });
}

std::string message_of(const CallableFailure& failure) {
  return error_of<std::exception>([&] { std::rethrow_exception(failure.error); });
}

TEST(CallableGraph, CallsEachAfterAllThatItNeeds) {
  CallableGraph graph;
  std::mutex mutex;
  std::vector<std::string> called;
  const auto append = [&](const char* name) {
    return [&, name] {
      const std::lock_guard lock(mutex);
      called.emplace_back(name);
    };
  };
  graph.add("report", append("report"));
  graph.add_dependency(0, "clean");
  const CallableIndex clean = graph.add("clean", append("clean"));
  graph.add_dependency(clean, graph.add(append("import")));
  const CallableRunSummary summary = graph.run({.threads = 2});
  EXPECT_TRUE(summary.succeeded());
  EXPECT_EQ(summary.count(succeeded), 3U);
  EXPECT_THAT(called, ElementsAre("import", "clean", "report"));
}

TEST(CallableGraph, RunsAsOftenAsWantedAndTakesMoreInBetween) {
  CallableGraph graph;
  std::atomic<int> calls{0};
  graph.add([&] { ++calls; });
  EXPECT_TRUE(graph.run().succeeded());
  graph.add_dependency(graph.add([&] { ++calls; }), 0);
  EXPECT_TRUE(graph.run().succeeded());
  EXPECT_EQ(calls.load(), 3);
}

TEST(CallableGraph, WithoutCallablesIsDone) {
  EXPECT_TRUE(CallableGraph().run().succeeded());
  EXPECT_TRUE(CallableGraph().run().states.empty());
}

TEST(CallableGraph, KeepsWhatIsThrownAndCallsAllThatDoesNotNeedIt) {
  CallableGraph graph;
  graph.add([] { throw std::runtime_error("no disk"); });
  graph.add(kNothing);
  graph.add(kNothing);
  graph.add([] { throw 7; });
  graph.add_dependency(1, 0);
  graph.add_dependency(4, 1);
  graph.add(kNothing);
  const CallableRunSummary summary = graph.run({.threads = 2});
  EXPECT_THAT(summary.states,
              ElementsAre(failed, upstream_failed, succeeded, failed, upstream_failed));
  ASSERT_EQ(summary.failures.size(), 2U);
  EXPECT_EQ(summary.failures[0].callable, 0U);
  EXPECT_EQ(message_of(summary.failures[0]), "no disk");
  EXPECT_EQ(summary.failures[1].callable, 3U);
  EXPECT_THROW(std::rethrow_exception(summary.failures[1].error), int);
  EXPECT_FALSE(summary.succeeded());
}

TEST(CallableGraph, StopsWhenItIsAskedTo) {
  std::stop_source stop;
  CallableGraph graph;
  graph.add([&] { stop.request_stop(); });
  graph.add(kNothing);
  graph.add_dependency(1, 0);
  const CallableRunSummary summary = graph.run({.threads = 2, .stop = stop.get_token()});
  EXPECT_THAT(summary.states, ElementsAre(succeeded, not_run));
  EXPECT_FALSE(summary.succeeded());
}

TEST(CallableGraph, StopsAtTheFirstFailureWhereThatIsAskedFor) {
  CallableGraph graph;
  for (int at = 0; at < 3; ++at) graph.add([] { throw std::runtime_error("no disk"); });
  const CallableRunSummary summary = graph.run({.threads = 1, .stop_at_first_failure = true});
  EXPECT_EQ(summary.count(failed), 1U);
  EXPECT_EQ(summary.count(not_run), 2U);
}

TEST(CallableGraph, NamesTheCycleAndCallsNothing) {
  CallableGraph graph;
  bool called = false;
  graph.add("a", [&] { called = true; });
  graph.add("b", kNothing);
  graph.add(kNothing);
  graph.add(kNothing);
  graph.add_dependency(0, "b");
  graph.add_dependency(1, 2);
  graph.add_dependency(2, 0);
  EXPECT_EQ(error_of<PlanError>([&] { graph.run(); }), "the graph has a cycle: a -> b -> 2 -> a");
  EXPECT_FALSE(called);
  graph.add_dependency(3, 3);
  EXPECT_EQ(check_error(graph), "the graph has 2 cycles:\n  a -> b -> 2 -> a\n  3 -> 3");
}

TEST(CallableGraph, NamesEveryDependencyThatIsMissing) {
  CallableGraph graph;
  graph.add("clean", kNothing);
  graph.add(kNothing);
  graph.add_dependency(1, "claen");
  EXPECT_EQ(check_error(graph), "1 needs claen, which is not in the graph; did you mean clean?");
  graph.add_dependency(0, 9);
  EXPECT_EQ(check_error(graph),
            "2 dependencies are not in the graph:\n"
            "  1 needs claen, which is not in the graph; did you mean clean?\n"
            "  clean needs 9, which is not in the graph");
  graph.add_dependency(7, 0);
  EXPECT_THAT(check_error(graph),
              StartsWith("a dependency is that of callable 7, and the graph has 2"));
}

TEST(CallableGraph, RefusesANameTwiceAndAnEmptyCallable) {
  CallableGraph graph;
  graph.add("clean", kNothing);
  EXPECT_EQ(error_of<PlanError>([&] { graph.add("clean", kNothing); }),
            "callable clean is in the graph twice; give each a name of its own");
  EXPECT_THROW(graph.add(CallableGraph::Callable()), ArgumentError);
  EXPECT_THROW(graph.add("empty", nullptr), ArgumentError);
  EXPECT_EQ(graph.size(), 1U);
  graph.add("empty", kNothing);
  EXPECT_TRUE(graph.run().succeeded());
}

// The check against an order that is known to be there, or not.
TEST(CallableGraph, FindsACycleInARandomGraphExactlyWhereThereIsOne) {
  std::mt19937 random(5);
  for (int round = 0; round < 500; ++round) {
    const CallableIndex size = random() % 30 + 2;
    CallableGraph graph;
    std::vector<CallableIndex> order;
    for (CallableIndex at = 0; at < size; ++at) order.push_back(graph.add(kNothing));
    std::ranges::shuffle(order, random);
    for (CallableIndex at = 1; at < size; ++at) graph.add_dependency(order[at], order[at - 1]);
    EXPECT_TRUE(graph.run({.threads = 2}).succeeded());
    const CallableIndex from = random() % (size - 1);
    graph.add_dependency(order[from], order[from + 1 + random() % (size - 1 - from)]);
    EXPECT_THAT(check_error(graph), StartsWith("the graph has a cycle: "));
  }
}

TEST(CallableGraph, AMillionInAChainAreChecked) {
  constexpr CallableIndex kSize = 1'000'000;
  CallableGraph graph;
  graph.reserve(kSize, kSize);
  std::atomic<CallableIndex> calls{0};
  for (CallableIndex at = 0; at < kSize; ++at) {
    graph.add([&] { calls.fetch_add(1, std::memory_order_relaxed); });
    if (at + 1 < kSize) graph.add_dependency(at, at + 1);  // the last comes first
  }
  EXPECT_TRUE(graph.run({.threads = 2}).succeeded());
  EXPECT_EQ(calls.load(), kSize);
  graph.add_dependency(kSize - 1, 0);
  EXPECT_THAT(check_error(graph), StartsWith("the graph has a cycle: 0 -> 1 -> 2 -> "));
}

}  // namespace
}  // namespace rota
