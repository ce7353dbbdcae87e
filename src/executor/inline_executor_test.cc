// SPDX-License-Identifier: Apache-2.0
#include "executor/executor.h"

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(InlineExecutor, RunsEveryJobOnceAlsoThoseThatJobsSubmit) {
  std::atomic<int> runs{0};
  {
    const auto executor = make_inline_executor(4);
    for (int at = 0; at < 1000; ++at) {
      executor->submit([&] {
        runs.fetch_add(1);
        executor->submit([&] { runs.fetch_add(1); });
      });
    }
    while (runs.load() < 2000) std::this_thread::yield();
  }
  EXPECT_EQ(runs.load(), 2000);
}

TEST(InlineExecutor, RunsAsManyJobsAtATimeAsItHasThreads) {
  std::latch both(2);
  const auto executor = make_inline_executor(2);
  for (int at = 0; at < 2; ++at) executor->submit([&] { both.arrive_and_wait(); });
  both.wait();  // never comes back with one thread
}

TEST(InlineExecutor, BeginsJobsInTheOrderOfSubmission) {
  std::vector<int> order;
  {
    const auto executor = make_inline_executor(1);
    for (int at = 0; at < 100; ++at) executor->submit([&order, at] { order.push_back(at); });
  }
  ASSERT_EQ(order.size(), 100U);
  for (int at = 0; at < 100; ++at) EXPECT_EQ(order[at], at);
}

TEST(InlineExecutor, FinishesWhatWasSubmittedBeforeItEnds) {
  std::atomic<int> runs{0};
  {
    const auto executor = make_inline_executor(2);
    for (int at = 0; at < 100; ++at) executor->submit([&] { runs.fetch_add(1); });
  }
  EXPECT_EQ(runs.load(), 100);
}

}  // namespace
}  // namespace rota
