// SPDX-License-Identifier: Apache-2.0
#include "os/unshared_fd.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include <gtest/gtest.h>

namespace rota {
namespace {

class UnsharedFdTest : public ::testing::Test {
 protected:
  UnsharedFdTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    reading_ = UniqueFd(ends[0]);
    writing_ = UnsharedFd(ends[1]);
  }
  bool is_at_its_end() const {
    char byte = 0;
    return ::read(reading_.get(), &byte, 1) == 0;
  }

  UniqueFd reading_;
  UnsharedFd writing_;
};

TEST_F(UnsharedFdTest, IsClosedForTheOthersAlthoughAForkedChildLivesOn) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const UniqueFd waits(ends[0]);
  UnsharedFd until_this_is_closed(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    ::_exit(::read(waits.get(), &byte, 1) == 0 ? 0 : 1);
  }
  writing_ = UnsharedFd();
  EXPECT_TRUE(is_at_its_end());
  until_this_is_closed = UnsharedFd();
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(UnsharedFdTest, IsNoneInTheChild) {
  UnsharedFd moved(std::move(writing_));
  EXPECT_TRUE(moved.valid());
  EXPECT_FALSE(writing_.valid());
  const pid_t child = ::fork();
  if (child == 0) ::_exit(!moved.valid() && !writing_.valid() ? 0 : 1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(moved.valid());
}

}  // namespace
}  // namespace rota
