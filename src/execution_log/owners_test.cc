// SPDX-License-Identifier: Apache-2.0
#include "execution_log/owners.h"

#include <unistd.h>

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(Owners, ThisProcessOwnsAndLives) {
  const Owners owners;
  const Owner self = owners.current();
  EXPECT_EQ(self.pid, ::getpid());
  EXPECT_FALSE(self.host.empty());
  EXPECT_FALSE(self.boot_id.empty());
  EXPECT_GT(self.start_ticks, 0);
  EXPECT_FALSE(owners.is_dead(self));
}

TEST(Owners, EachFieldOfTheOwnerCounts) {
  const Owners owners;
  Owner owner = owners.current();
  owner.start_ticks += 1;
  EXPECT_TRUE(owners.is_dead(owner));
  owner = owners.current();
  owner.boot_id = "another";
  EXPECT_TRUE(owners.is_dead(owner));
  owner.host = "another";
  EXPECT_FALSE(owners.is_dead(owner));
  owner = owners.current();
  owner.pid = 999'999'999;
  EXPECT_TRUE(owners.is_dead(owner));
}

}  // namespace
}  // namespace rota
