// SPDX-License-Identifier: Apache-2.0
#include "os/process_identity.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <gtest/gtest.h>

extern char** environ;

namespace rota {
namespace {

// A real process that sleeps until it is killed.
class Sleeper {
 public:
  Sleeper() {
    char program[] = "sleep";
    char seconds[] = "600";
    char* arguments[] = {program, seconds, nullptr};
    EXPECT_EQ(::posix_spawnp(&pid_, program, nullptr, nullptr, arguments, environ), 0);
  }
  ~Sleeper() {
    kill_it();
    reap();
  }
  pid_t pid() const { return pid_; }
  void kill_it() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid_), &info,
             WEXITED | WNOWAIT);  // ended, and still a zombie
  }
  void reap() {
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
};

TEST(ProcessIdentity, OfThisProcessIsCompleteAndStable) {
  const ProcessIdentity self = this_process();
  EXPECT_FALSE(self.host.empty());
  EXPECT_GE(self.boot_id.size(), 36U);
  EXPECT_EQ(self.pid, ::getpid());
  EXPECT_GT(self.start_ticks, 0);
  EXPECT_EQ(self, this_process());
  EXPECT_FALSE(is_dead(self));
}

TEST(ProcessIdentity, AProcessIsDeadOnceItIsKilledAlsoBeforeItsParentHasNoticed) {
  Sleeper sleeper;
  ProcessIdentity process = this_process();
  process.pid = sleeper.pid();
  process.start_ticks = 0;
  EXPECT_FALSE(is_dead(process));
  sleeper.kill_it();
  EXPECT_TRUE(is_dead(process));
  sleeper.reap();
  EXPECT_TRUE(is_dead(process));
}

TEST(ProcessIdentity, ANumberThatBelongsToALaterProcessMeansDead) {
  ProcessIdentity process = this_process();
  process.start_ticks -= 1;
  EXPECT_TRUE(is_dead(process));
}

TEST(ProcessIdentity, ARestartOfTheHostMeansDead) {
  ProcessIdentity process = this_process();
  process.boot_id = "00000000-0000-4000-8000-000000000000";
  EXPECT_TRUE(is_dead(process));
}

TEST(ProcessIdentity, NothingIsCertainOfAnotherHostOrNamespaceOrOfWhatIsUnknown) {
  ProcessIdentity other_host = this_process();
  other_host.host += "-2";
  other_host.pid = 999'999'999;
  EXPECT_FALSE(is_dead(other_host));

  ProcessIdentity other_namespace = this_process();
  other_namespace.boot_id += "/pid:[1]";
  other_namespace.pid = 999'999'999;
  EXPECT_FALSE(is_dead(other_namespace));

  EXPECT_FALSE(is_dead(ProcessIdentity{}));
  ProcessIdentity no_boot = this_process();
  no_boot.boot_id.clear();
  no_boot.start_ticks -= 1;
  EXPECT_FALSE(is_dead(no_boot));
}

TEST(ProcessIdentity, ANumberThatNoProcessCanHaveMeansDead) {
  ProcessIdentity process = this_process();
  process.pid = 999'999'999;
  EXPECT_TRUE(is_dead(process));
  process.pid = 5'000'000'000;
  EXPECT_TRUE(is_dead(process));
}

TEST(ProcessIdentity, WhatRanHereIsJudgedAndNothingElse) {
  const ProcessIdentity self = this_process();
  EXPECT_TRUE(can_judge(self));
  ProcessIdentity other = self;
  other.pid = 999'999'999;
  EXPECT_TRUE(can_judge(other));
  other.boot_id = "an earlier boot";
  EXPECT_TRUE(can_judge(other));
  other = self;
  other.boot_id = self.boot_id.substr(0, self.boot_id.find('/')) + "/pid:[1]";
  EXPECT_FALSE(can_judge(other));
  other = self;
  other.host += "2";
  EXPECT_FALSE(can_judge(other));
  other = self;
  other.boot_id.clear();
  EXPECT_FALSE(can_judge(other));
}

}  // namespace
}  // namespace rota
