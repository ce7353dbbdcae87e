// SPDX-License-Identifier: Apache-2.0
#include "os/uuid.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(Uuid, IsOfVersionFourInLowerCase) {
  for (int round = 0; round < 100; ++round) {
    EXPECT_THAT(make_uuid(),
                ::testing::MatchesRegex(
                    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  }
}

TEST(Uuid, IsNeverMadeTwice) {
  std::set<std::string> made;
  for (int round = 0; round < 10000; ++round) made.insert(make_uuid());
  EXPECT_EQ(made.size(), 10000U);
}

TEST(Uuid, IsNeverMadeTwiceByTwoThreads) {
  std::array<std::vector<std::string>, 2> made;
  {
    std::vector<std::jthread> threads;
    for (auto& some : made) {
      threads.emplace_back([&some] {
        for (int round = 0; round < 1000; ++round) some.push_back(make_uuid());
      });
    }
  }
  std::set<std::string> all(made[0].begin(), made[0].end());
  all.insert(made[1].begin(), made[1].end());
  EXPECT_EQ(all.size(), 2000U);
}

TEST(Uuid, OfAForkedChildIsNotThatOfItsParent) {
  make_uuid();  // there are random bytes in advance from here on
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string made = make_uuid();
    ::_exit(::write(ends[1], made.data(), made.size()) == 36 ? 0 : 1);
  }
  std::string of_child(36, ' ');
  ASSERT_EQ(::read(ends[0], of_child.data(), of_child.size()), 36);
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_NE(make_uuid(), of_child);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace rota
