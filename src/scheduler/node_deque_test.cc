// SPDX-License-Identifier: Apache-2.0
#include "scheduler/node_deque.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(NodeDeque, OwnerTakesTheNewestAndThievesTheOldest) {
  NodeDeque deque;
  for (NodeIndex node = 0; node < 4; ++node) deque.put(node);
  deque.publish();
  EXPECT_EQ(deque.size(), 4U);
  EXPECT_EQ(deque.take(), 3U);
  EXPECT_EQ(deque.steal(), 0U);
  EXPECT_EQ(deque.take(), 2U);
  EXPECT_EQ(deque.take(), 1U);
  EXPECT_EQ(deque.take(), kNoNode);
  EXPECT_EQ(deque.steal(), kNoNode);
  EXPECT_EQ(deque.size(), 0U);
}

TEST(NodeDeque, WhatIsNotPublishedIsNotStolen) {
  NodeDeque deque;
  deque.put(1);
  EXPECT_EQ(deque.steal(), kNoNode);
  EXPECT_EQ(deque.take(), 1U);
}

TEST(NodeDeque, GrowsAndKeepsItsOrderWhileItsMiddleMoves) {
  NodeDeque deque;
  NodeIndex put = 0, stolen = 0;
  for (int round = 0; round < 12; ++round) {
    for (int at = 0; at < 500; ++at) deque.put(put++);
    deque.publish();
    for (int at = 0; at < 200; ++at) ASSERT_EQ(deque.steal(), stolen++);
  }
  while (put > stolen) ASSERT_EQ(deque.take(), --put);
  EXPECT_EQ(deque.take(), kNoNode);
}

TEST(NodeDeque, EachNodeIsHadOnceWhileThievesAreAtIt) {
  constexpr NodeIndex kNodes = 60'000;
  NodeDeque deque;
  std::atomic<bool> over{false};
  std::vector<std::vector<NodeIndex>> had(4);
  std::vector<std::jthread> thieves;
  for (std::size_t thief = 1; thief < had.size(); ++thief) {
    thieves.emplace_back([&, thief] {
      while (!over.load()) {
        if (const NodeIndex node = deque.steal(); node != kNoNode) had[thief].push_back(node);
      }
    });
  }
  for (NodeIndex node = 0; node < kNodes;) {
    for (NodeIndex more = node % 7 + 1; more > 0 && node < kNodes; --more) deque.put(node++);
    deque.publish();
    for (NodeIndex takes = node % 5; takes > 0; --takes) {
      if (const NodeIndex taken = deque.take(); taken != kNoNode) had[0].push_back(taken);
    }
  }
  for (NodeIndex taken = deque.take(); taken != kNoNode; taken = deque.take())
    had[0].push_back(taken);
  over = true;
  thieves.clear();
  std::vector<NodeIndex> all;
  for (const auto& some : had) all.insert(all.end(), some.begin(), some.end());
  std::ranges::sort(all);
  std::vector<NodeIndex> expected(kNodes);
  std::iota(expected.begin(), expected.end(), 0U);
  EXPECT_EQ(all, expected);
}

}  // namespace
}  // namespace rota
