// SPDX-License-Identifier: Apache-2.0
#include "graph/test_tasks.h"
#include <rota/error.h>
#include <rota/graph.h>

#include <algorithm>
#include <chrono>
#include <queue>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using testing_tasks::error_of;
using testing_tasks::make_task;

std::vector<std::string> ids(const Graph& graph) {
  std::vector<std::string> result;
  for (TaskIndex task = 0; task < graph.size(); ++task) result.push_back(graph.task_id(task));
  return result;
}

TEST(Graph, IsEmptyWithoutTasks) {
  const Graph graph({});
  EXPECT_EQ(graph.size(), 0U);
  EXPECT_EQ(graph.find("t_a"), std::nullopt);
}

TEST(Graph, NumbersEachTaskAfterAllThatItNeedsAndTheSmallestIdFirst) {
  const Graph graph({make_task("d", {"b", "c"}), make_task("c", {"z"}), make_task("b"),
                     make_task("a", {"d"}), make_task("z"), make_task("e")});
  EXPECT_THAT(ids(graph), ElementsAre("b", "e", "z", "c", "d", "a"));
}

TEST(Graph, OrdersIdsThatDifferOnlyAtTheirEnds) {
  const Graph graph({make_task("a_b"), make_task("a_the_same_for_long_2"), make_task("a"),
                     make_task("a_the_same_for_long_10"), make_task("a_the_same_for_long_1")});
  EXPECT_THAT(ids(graph), ElementsAre("a", "a_b", "a_the_same_for_long_1", "a_the_same_for_long_10",
                                      "a_the_same_for_long_2"));
}

TEST(Graph, GivesDependenciesAndDependentsAscendingAndOnce) {
  const Graph graph(
      {make_task("a"), make_task("b"), make_task("c", {"b", "a", "b"}), make_task("d", {"a"})});
  EXPECT_THAT(graph.dependencies(2), ElementsAre(0, 1));
  EXPECT_THAT(graph.dependents(0), ElementsAre(2, 3));
  EXPECT_THAT(graph.dependents(3), ElementsAre());
  EXPECT_EQ(graph.find("d"), TaskIndex{3});
  EXPECT_EQ(graph.find("nothing"), std::nullopt);
}

TEST(Graph, FindsTasksAfterItWasCopiedAndMoved) {
  Graph original({make_task("a"), make_task("b", {"a"})});
  Graph copy = original;
  const Graph moved = std::move(original);
  original = Graph({});
  EXPECT_EQ(copy.find("b"), TaskIndex{1});
  EXPECT_EQ(moved.find("b"), TaskIndex{1});
  EXPECT_EQ(copy.task_id(1), "b");
}

TEST(Graph, RefusesAnIdThatIsThereTwice) {
  EXPECT_EQ(error_of<PlanError>([] {
              Graph({make_task("a"), make_task("b"), make_task("a")});
            }),
            "task a is in the graph twice; give each task an id of its own");
}

TEST(Graph, RefusesNull) {
  EXPECT_THAT(error_of<PlanError>([] {
                Graph({make_task("a"), nullptr});
              }),
              ::testing::HasSubstr("is null"));
}

TEST(Graph, NamesTheCycleAsEachNeedsTheNext) {
  EXPECT_EQ(error_of<PlanError>([] {
              Graph({make_task("c", {"a"}), make_task("a", {"b"}), make_task("b", {"c"}),
                     make_task("d", {"a"})});
            }),
            "the task graph has a cycle: a -> b -> c -> a");
}

TEST(Graph, NamesATaskThatNeedsItself) {
  EXPECT_EQ(error_of<PlanError>([] { Graph({make_task("a", {"a"})}); }),
            "the task graph has a cycle: a -> a");
}

TEST(Graph, NamesTheShortestCycleOfEachComponent) {
  EXPECT_EQ(error_of<PlanError>([] {
              Graph({make_task("x", {"y"}), make_task("y", {"x", "a"}), make_task("a", {"b"}),
                     make_task("b", {"c"}), make_task("c", {"a", "b"})});
            }),
            "the task graph has 2 cycles:\n  b -> c -> b\n  x -> y -> x");
}

TEST(Graph, NamesTheOneMissingDependencyAndTheNearestId) {
  EXPECT_EQ(error_of<PlanError>([] {
              Graph({make_task("t_clean"), make_task("t_b", {"t_claen"})});
            }),
            "t_b needs t_claen, which is not registered; did you mean t_clean?");
}

TEST(Graph, NamesAllMissingDependenciesInTheOrderOfTheIds) {
  EXPECT_EQ(error_of<PlanError>([] {
              Graph({make_task("t_z", {"unheard_of", "t_a"}), make_task("t_b", {"another_one"}),
                     make_task("t_a")});
            }),
            "2 dependencies are not registered:\n"
            "  t_b needs another_one, which is not registered\n"
            "  t_z needs unheard_of, which is not registered");
}

TEST(Graph, ShowsControlCharactersOfAnIdAsEscapes) {
  EXPECT_EQ(error_of<PlanError>([] { Graph({make_task("a", {"\x1b[31mred"})}); }),
            "a needs \\x1b[31mred, which is not registered");
}

// ---- random graphs against a plain reading of the contract --------------------------------------

struct RandomGraph {
  std::vector<std::string> ids;
  std::vector<std::set<std::size_t>> needs;

  std::vector<TaskClassPtr> task_classes(std::mt19937& random) const {
    std::vector<TaskClassPtr> classes;
    for (std::size_t task = 0; task < ids.size(); ++task) {
      std::vector<std::string> dependencies;
      for (const std::size_t dependency : needs[task]) dependencies.push_back(ids[dependency]);
      std::ranges::shuffle(dependencies, random);
      classes.push_back(make_task(ids[task], dependencies));
    }
    std::ranges::shuffle(classes, random);
    return classes;
  }
};

// Arrows go to earlier tasks only, unless `may_have_cycles`.
RandomGraph random_graph(std::mt19937& random, bool may_have_cycles) {
  RandomGraph graph;
  const std::size_t size = random() % 13;
  std::set<std::string> names;
  while (names.size() < size) names.insert(fmt::format("t{}", random() % 10'000));
  graph.ids.assign(names.begin(), names.end());
  std::ranges::shuffle(graph.ids, random);
  graph.needs.resize(size);
  const std::size_t arrows = size == 0 ? 0 : random() % (2 * size + 1);
  for (std::size_t arrow = 0; arrow < arrows; ++arrow) {
    const std::size_t from = random() % size;
    const std::size_t to = random() % size;
    if (may_have_cycles || to < from) graph.needs[from].insert(to);
  }
  return graph;
}

// Repeatedly the smallest id of those whose needs are all taken.
std::vector<std::string> naive_order(const RandomGraph& graph) {
  std::vector<std::string> order;
  std::vector<bool> taken(graph.ids.size(), false);
  while (true) {
    std::size_t next = graph.ids.size();
    for (std::size_t task = 0; task < graph.ids.size(); ++task) {
      const bool ready =
          !taken[task] &&
          std::ranges::all_of(graph.needs[task], [&](std::size_t need) { return taken[need]; });
      if (ready && (next == graph.ids.size() || graph.ids[task] < graph.ids[next])) next = task;
    }
    if (next == graph.ids.size()) return order;
    taken[next] = true;
    order.push_back(graph.ids[next]);
  }
}

TEST(GraphProperty, OrderIsTheOneTheContractNames) {
  std::mt19937 random(1);
  for (int round = 0; round < 2'000; ++round) {
    const RandomGraph expected = random_graph(random, false);
    const Graph graph(expected.task_classes(random));
    ASSERT_EQ(ids(graph), naive_order(expected)) << "round " << round;
    for (std::size_t task = 0; task < expected.ids.size(); ++task) {
      const TaskIndex number = graph.find(expected.ids[task]).value();
      std::set<TaskIndex> needs;
      for (const std::size_t need : expected.needs[task])
        needs.insert(graph.find(expected.ids[need]).value());
      ASSERT_THAT(graph.dependencies(number), ::testing::ElementsAreArray(needs));
      for (const TaskIndex need : needs) {
        ASSERT_LT(need, number);
        ASSERT_THAT(graph.dependents(need), ::testing::Contains(number));
      }
    }
  }
}

TEST(GraphProperty, IsRefusedExactlyWhenThereIsACycle) {
  std::mt19937 random(2);
  int refused = 0;
  for (int round = 0; round < 2'000; ++round) {
    const RandomGraph graph = random_graph(random, true);
    const bool has_cycle = naive_order(graph).size() < graph.ids.size();
    const std::string error = error_of<PlanError>([&] { Graph{graph.task_classes(random)}; });
    ASSERT_EQ(error.starts_with("the task graph has "), has_cycle) << error;
    refused += has_cycle ? 1 : 0;
  }
  EXPECT_GT(refused, 200);
  EXPECT_LT(refused, 1'800);
}

TEST(GraphProperty, EveryMissingDependencyIsNamed) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    RandomGraph whole = random_graph(random, true);
    std::vector<TaskClassPtr> classes;
    std::set<std::string> lines;
    std::set<std::size_t> left_out;
    for (std::size_t task = 0; task < whole.ids.size(); ++task) {
      if (random() % 3 == 0) left_out.insert(task);
    }
    for (std::size_t task = 0; task < whole.ids.size(); ++task) {
      if (left_out.contains(task)) continue;
      std::vector<std::string> dependencies;
      for (const std::size_t need : whole.needs[task]) {
        dependencies.push_back(whole.ids[need]);
        if (left_out.contains(need))
          lines.insert(whole.ids[task] + " needs " + whole.ids[need] + ", which");
      }
      classes.push_back(make_task(whole.ids[task], dependencies));
    }
    if (lines.empty()) continue;
    const std::string error = error_of<PlanError>([&] { Graph{classes}; });
    for (const std::string& line : lines) ASSERT_THAT(error, ::testing::HasSubstr(line));
    const auto newlines = static_cast<std::size_t>(std::ranges::count(error, '\n'));
    ASSERT_EQ(newlines, lines.size() == 1 ? 0 : lines.size());
  }
}

// ---- a million ----------------------------------------------------------------------------------

std::vector<TaskClassPtr> chain(int length, bool closed) {
  std::vector<TaskClassPtr> classes;
  classes.reserve(static_cast<std::size_t>(length));
  const auto name = [](int number) { return fmt::format("t_{:07}", number); };
  for (int number = 0; number < length; ++number) {
    std::vector<std::string> needs;
    if (number > 0 || closed) needs.push_back(name((number + length - 1) % length));
    classes.push_back(make_task(name(number), std::move(needs)));
  }
  return classes;
}

TEST(GraphAtScale, AChainOfAMillionIsOrdered) {
  constexpr int kLength = 1'000'000;
  const Graph graph(chain(kLength, false));
  ASSERT_EQ(graph.size(), std::size_t{kLength});
  EXPECT_EQ(graph.task_id(kLength - 1), "t_0999999");
  EXPECT_THAT(graph.dependencies(kLength - 1), ElementsAre(TaskIndex{kLength - 2}));
}

TEST(GraphAtScale, ACycleOfTwoHundredThousandIsNamedInSeconds) {
  constexpr int kLength = 200'000;
  const auto begin = std::chrono::steady_clock::now();
  const std::string error = error_of<PlanError>([] { Graph(chain(kLength, true)); });
  EXPECT_THAT(error, ::testing::StartsWith(
                         "the task graph has a cycle: t_0000000 -> t_0199999 -> t_0199998"));
  EXPECT_THAT(error, ::testing::EndsWith("t_0000000"));
  EXPECT_LT(error.size(), 2000U) << "all of it is named";
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST(Subgraph, HasSomeOfTheTasksInTheirOrderAndWhatTheyNeedAmongThem) {
  const Graph whole({make_task("t_a"), make_task("t_b", {"t_a"}), make_task("t_c", {"t_a", "t_b"}),
                     make_task("t_d", {"t_c"})});
  const TaskIndex chosen[] = {0, 2, 3};
  const Graph part = whole.subgraph(chosen);
  ASSERT_EQ(part.size(), 3U);
  EXPECT_EQ(part.task_id(1), "t_c");
  EXPECT_EQ(part.find("t_c"), TaskIndex{1});
  EXPECT_FALSE(part.find("t_b"));
  EXPECT_THAT(part.dependencies(1), ::testing::ElementsAre(0));
  EXPECT_THAT(part.dependencies(2), ::testing::ElementsAre(1));
  EXPECT_THAT(part.dependents(0), ::testing::ElementsAre(1));
  EXPECT_EQ(whole.subgraph({}).size(), 0U);
}

TEST(GraphErrors, ListsOfManyEndWithHowManyMoreThereAre) {
  std::vector<TaskClassPtr> classes;
  for (int number = 0; number < 20'000; ++number)
    classes.push_back(make_task(fmt::format("t_{:05}", number), {fmt::format("t_x{}", number)}));
  const std::string missing = error_of<PlanError>([&] { Graph{classes}; });
  EXPECT_LT(missing.size(), 10'000U);
  EXPECT_THAT(missing, ::testing::StartsWith("20000 dependencies are not registered:\n"));
  EXPECT_THAT(missing, ::testing::EndsWith("\n  and 19950 more"));

  classes.clear();
  for (int number = 0; number < 20'000; ++number)
    classes.push_back(
        make_task(fmt::format("t_{:05}", number), {fmt::format("t_{:05}", number ^ 1)}));
  const std::string cycles = error_of<PlanError>([&] { Graph{classes}; });
  EXPECT_LT(cycles.size(), 10'000U);
  EXPECT_THAT(cycles, ::testing::StartsWith("the task graph has 10000 cycles:\n"));
  EXPECT_THAT(cycles, ::testing::EndsWith("\n  and 9980 more"));

  classes.clear();
  for (int number = 0; number < 1'000; ++number)
    classes.push_back(
        make_task(fmt::format("t_{:05}", number), {fmt::format("t_{:05}", (number + 1) % 1'000)}));
  const std::string cycle = error_of<PlanError>([&] { Graph{classes}; });
  EXPECT_LT(cycle.size(), 1'000U);
  EXPECT_THAT(cycle, ::testing::EndsWith("t_00049 -> (950 tasks more) -> t_00000"));
}

}  // namespace
}  // namespace rota
