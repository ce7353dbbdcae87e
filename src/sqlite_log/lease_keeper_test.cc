// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/lease_keeper.h"

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace rota {
namespace {

using std::chrono::milliseconds;

// Counts renewals, and lets a test wait for them.
class Renewals {
 public:
  bool renew() {
    const std::lock_guard hold(mutex_);
    ++count_;
    changed_.notify_all();
    if (count_ == throws_at) throw std::runtime_error("no disk");
    return count_ < last;
  }
  int wait_for(int count) {
    std::unique_lock hold(mutex_);
    changed_.wait_for(hold, std::chrono::seconds(60), [&] { return count_ >= count; });
    return count_;
  }
  int last = 1'000'000'000;  // the renewal that finds nothing
  int throws_at = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

TEST(LeaseKeeper, RenewsNothingBeforeThereIsALease) {
  Renewals renewals;
  {
    LeaseKeeper keeper([&] { return renewals.renew(); }, milliseconds(0));
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_EQ(renewals.wait_for(0), 0);
}

TEST(LeaseKeeper, RenewsUntilThereIsNoneAndAgainWithTheNext) {
  Renewals renewals;
  renewals.last = 3;
  LeaseKeeper keeper([&] { return renewals.renew(); }, milliseconds(1));
  keeper.keep();
  EXPECT_EQ(renewals.wait_for(3), 3);
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(renewals.wait_for(3), 3);
  keeper.keep();
  EXPECT_GE(renewals.wait_for(4), 4);
}

TEST(LeaseKeeper, TriesAgainWhatFailed) {
  Renewals renewals;
  renewals.throws_at = 1;
  LeaseKeeper keeper([&] { return renewals.renew(); }, milliseconds(1));
  keeper.keep();
  EXPECT_GE(renewals.wait_for(2), 2);
}

TEST(LeaseKeeper, StopsAtOnceHoweverFarTheNextRenewalIs) {
  Renewals renewals;
  LeaseKeeper keeper([&] { return renewals.renew(); }, std::chrono::hours(24));
  keeper.keep();
  keeper.stop();
  keeper.keep();
  keeper.stop();
  EXPECT_EQ(renewals.wait_for(0), 0);
}

}  // namespace
}  // namespace rota
