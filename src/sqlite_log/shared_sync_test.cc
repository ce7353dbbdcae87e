// SPDX-License-Identifier: Apache-2.0
// Each SharedSync here is as that of a process of its own.
#include "sqlite_log/shared_sync.h"

#include "os/temporary_folder.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace rota {
namespace {

class SharedSyncTest : public ::testing::Test {
 protected:
  // How often it had to sync for that commit: 0 or 1.
  static int syncs_for(SharedSync& process, std::uint64_t commit) {
    int syncs = 0;
    EXPECT_TRUE(process.make_durable(commit, [&] {
      ++syncs;
      return true;
    }));
    return syncs;
  }

  TemporaryFolder folder_ = TemporaryFolder::in_memory();
  const std::filesystem::path file_ = folder_ / "log.db.lock";
  SharedSync one_{file_};
  SharedSync other_{file_};
};

TEST_F(SharedSyncTest, OneSyncServesAllThatWasCommittedBeforeIt) {
  const std::uint64_t first = one_.count_commit();
  const std::uint64_t second = other_.count_commit();
  EXPECT_LT(first, second);
  EXPECT_EQ(syncs_for(one_, first), 1);
  EXPECT_EQ(syncs_for(other_, second), 0);
  EXPECT_EQ(syncs_for(one_, first), 0);
}

TEST_F(SharedSyncTest, WhatWasCommittedDuringASyncNeedsAnother) {
  const std::uint64_t first = one_.count_commit();
  std::uint64_t second = 0;
  EXPECT_TRUE(one_.make_durable(first, [&] {
    second = other_.count_commit();
    return true;
  }));
  EXPECT_EQ(syncs_for(other_, second), 1);
}

TEST_F(SharedSyncTest, ASyncThatFailsServesNobody) {
  const std::uint64_t first = one_.count_commit();
  const std::uint64_t second = other_.count_commit();
  EXPECT_FALSE(one_.make_durable(second, [] { return false; }));
  EXPECT_EQ(syncs_for(other_, first), 1);
}

TEST_F(SharedSyncTest, WhoWaitsGoesOnWhenTheOneThatSyncsFails) {
  const std::uint64_t first = one_.count_commit();
  const std::uint64_t second = other_.count_commit();
  std::atomic<bool> syncs = false;
  std::atomic<bool> may_fail = false;
  std::thread failing([&] {
    EXPECT_FALSE(one_.make_durable(first, [&] {
      syncs = true;
      syncs.notify_one();
      may_fail.wait(false);
      return false;
    }));
  });
  syncs.wait(false);
  std::thread waiting([&] { EXPECT_EQ(syncs_for(other_, second), 1); });
  may_fail = true;
  may_fail.notify_one();
  failing.join();
  waiting.join();
}

TEST_F(SharedSyncTest, NumbersOfAnotherKernelOrOfNobodyAreNotBelieved) {
  EXPECT_EQ(syncs_for(one_, one_.count_commit()), 1);
  {
    std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
    const std::array<char, 32> bytes = [] {
      std::array<char, 32> all{};
      all.fill('\x7f');
      return all;
    }();
    file.write(bytes.data(), bytes.size());
  }
  EXPECT_EQ(syncs_for(other_, 1), 1);
  EXPECT_EQ(other_.count_commit(), 1U);
  EXPECT_EQ(syncs_for(other_, 1), 1);
  EXPECT_EQ(syncs_for(one_, 1), 0);
}

TEST_F(SharedSyncTest, ManyThatCommitAndSyncNeverBelieveWhatNoSyncCovered) {
  constexpr int kProcesses = 4;
  constexpr int kCommits = 500;
  std::mutex gate;
  std::atomic<std::uint64_t> committed = 0;
  std::atomic<std::uint64_t> synced = 0;
  std::atomic<int> syncs = 0;
  std::vector<std::thread> threads;
  for (int number = 0; number < kProcesses; ++number) {
    threads.emplace_back([&] {
      SharedSync process(file_);
      for (int at = 0; at < kCommits; ++at) {
        std::uint64_t mine = 0;
        std::uint64_t commit = 0;
        {
          const std::lock_guard hold(gate);
          mine = ++committed;
          commit = process.count_commit();
        }
        EXPECT_TRUE(process.make_durable(commit, [&] {
          const std::uint64_t before = committed;
          std::this_thread::yield();
          synced = std::max(synced.load(), before);
          ++syncs;
          return true;
        }));
        EXPECT_GE(synced, mine);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(syncs, kProcesses * kCommits);
}

}  // namespace
}  // namespace rota
