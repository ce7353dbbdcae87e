// SPDX-License-Identifier: Apache-2.0
#include "graph/cycles.h"

#include <chrono>
#include <limits>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using Arrows = std::vector<std::vector<TaskIndex>>;

Adjacency adjacency(const Arrows& arrows) {
  Adjacency graph;
  for (const auto& row : arrows) {
    graph.values.insert(graph.values.end(), row.begin(), row.end());
    graph.close_row();
  }
  return graph;
}

TEST(Cycles, ThereAreNoneInAnOrderedGraph) {
  EXPECT_TRUE(find_cycles(adjacency({})).empty());
  EXPECT_TRUE(find_cycles(adjacency({{}, {0}, {0, 1}})).empty());
}

TEST(Cycles, ShortestIsTakenAlsoWhereALongerOneHasASmallerNode) {
  EXPECT_THAT(find_cycles(adjacency({{1}, {2}, {3}, {2, 0}})), ElementsAre(ElementsAre(2, 3)));
}

TEST(Cycles, OfEquallyShortOnesItIsTheOneWithTheSmallestNode) {
  EXPECT_THAT(find_cycles(adjacency({{3}, {2}, {1, 3}, {0, 1}})), ElementsAre(ElementsAre(0, 3)));
}

TEST(Cycles, ANodeThatPointsToItselfIsACycle) {
  EXPECT_THAT(find_cycles(adjacency({{1}, {0, 1}, {2}})),
              ElementsAre(ElementsAre(1), ElementsAre(2)));
}

TEST(Cycles, TransposingTurnsEveryArrowRound) {
  const Adjacency reverse = adjacency({{2, 1}, {}, {1, 1}}).transposed();
  EXPECT_THAT(reverse.row(0), ElementsAre());
  EXPECT_THAT(reverse.row(1), ElementsAre(0, 2));
  EXPECT_THAT(reverse.row(2), ElementsAre(0));
}

// ---- random graphs against all distances --------------------------------------------------------

constexpr int kFar = 1'000;

// distances[a][b]: the fewest arrows from a to b, at least one.
std::vector<std::vector<int>> all_distances(const Arrows& arrows) {
  const std::size_t size = arrows.size();
  std::vector<std::vector<int>> distances(size, std::vector<int>(size, kFar));
  for (std::size_t from = 0; from < size; ++from) {
    for (const TaskIndex to : arrows[from]) distances[from][to] = 1;
  }
  for (std::size_t by = 0; by < size; ++by) {
    for (std::size_t from = 0; from < size; ++from) {
      for (std::size_t to = 0; to < size; ++to) {
        distances[from][to] =
            std::min(distances[from][to], distances[from][by] + distances[by][to]);
      }
    }
  }
  return distances;
}

// For each component with a cycle: the length of its shortest, and the smallest node on one of
// them.
std::set<std::pair<std::size_t, TaskIndex>> naive_cycles(const Arrows& arrows) {
  const auto distances = all_distances(arrows);
  std::set<std::pair<std::size_t, TaskIndex>> result;
  for (std::size_t node = 0; node < arrows.size(); ++node) {
    if (distances[node][node] >= kFar) continue;
    std::pair<int, TaskIndex> best{kFar, 0};
    for (std::size_t other = 0; other < arrows.size(); ++other) {
      const bool together = distances[node][other] < kFar && distances[other][node] < kFar;
      if (together) best = std::min(best, {distances[other][other], static_cast<TaskIndex>(other)});
    }
    result.insert({static_cast<std::size_t>(best.first), best.second});
  }
  return result;
}

void expect_real(const Cycle& cycle, const Arrows& arrows) {
  for (std::size_t at = 0; at < cycle.size(); ++at) {
    const TaskIndex next = cycle[(at + 1) % cycle.size()];
    ASSERT_THAT(arrows[cycle[at]], ::testing::Contains(next));
    ASSERT_LE(cycle.front(), cycle[at]);
  }
}

TEST(CyclesProperty, EachIsRealAndShortestAndNoComponentIsMissing) {
  std::mt19937 random(4);
  std::size_t found = 0;
  for (int round = 0; round < 5'000; ++round) {
    Arrows arrows(1 + random() % 14);
    const std::size_t count = random() % (2 * arrows.size() + 1);
    for (std::size_t arrow = 0; arrow < count; ++arrow) {
      // Few of the short cycles that pure chance prefers.
      const std::size_t from = random() % arrows.size();
      const std::size_t to =
          random() % 4 == 0 ? random() % arrows.size() : (from + 1) % arrows.size();
      arrows[from].push_back(static_cast<TaskIndex>(to));
    }
    const std::vector<Cycle> cycles = find_cycles(adjacency(arrows));
    std::set<std::pair<std::size_t, TaskIndex>> summary;
    for (const Cycle& cycle : cycles) {
      ASSERT_NO_FATAL_FAILURE(expect_real(cycle, arrows));
      summary.insert({cycle.size(), cycle.front()});
    }
    ASSERT_EQ(summary, naive_cycles(arrows)) << "round " << round;
    ASSERT_EQ(summary.size(), cycles.size());
    ASSERT_TRUE(
        std::ranges::is_sorted(cycles, {}, [](const Cycle& cycle) { return cycle.front(); }));
    found += cycles.size();
  }
  EXPECT_GT(found, 1'000U);
}

TEST(CyclesAtScale, ARingOfAMillionTakesOneStep) {
  constexpr TaskIndex kSize = 1'000'000;
  Adjacency ring;
  for (TaskIndex node = 0; node < kSize; ++node) {
    ring.values.push_back((node + 1) % kSize);
    ring.close_row();
  }
  const std::vector<Cycle> cycles = find_cycles(ring);
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_EQ(cycles.front().size(), kSize);
}

TEST(CyclesAtScale, TheSearchInOneHugeComponentEnds) {
  constexpr TaskIndex kSize = 100'000;
  std::mt19937 random(5);
  Adjacency graph;
  for (TaskIndex node = 0; node < kSize; ++node) {
    graph.values.push_back((node + 1) % kSize);
    graph.values.push_back((node + 1 + kSize / 2 + random() % 1'000) % kSize);
    graph.close_row();
  }
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<Cycle> cycles = find_cycles(graph);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_LT(cycles.front().size(), 1'000U);
}

}  // namespace
}  // namespace rota
