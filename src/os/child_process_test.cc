// SPDX-License-Identifier: Apache-2.0
#include "os/child_process.h"

#include "os/process_identity.h"
#include "os/temporary_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using Clock = std::chrono::steady_clock;
using Event = ChildProcess::Event;
using namespace std::chrono_literals;

struct Shell : ChildProcess {
  explicit Shell(const std::string& script) : ChildProcess("/bin/sh", {"-c", script}) {}
  Event wait_up_to(Clock::duration time) { return wait(Clock::now() + time, {}); }
  Event wait_until_ended() {
    const auto deadline = Clock::now() + 20s;
    Event event = Event::wrote;
    while (event == Event::wrote) event = wait(deadline, {});
    return event;
  }
};

bool is_gone(std::int64_t pid) {
  ProcessIdentity process = this_process();
  process.pid = pid;
  process.start_ticks = 0;
  return is_dead(process);
}

// The last number in the output: a process that the script has started in the background.
std::int64_t started_by(Shell& shell) {
  while (shell.output().find('\n') == std::string::npos && shell.wait_up_to(20s) == Event::wrote)
    continue;
  return std::stoll(shell.output());
}

bool is_gone_soon(std::int64_t pid) {
  for (int attempt = 0; attempt < 1000 && !is_gone(pid); ++attempt)
    std::this_thread::sleep_for(10ms);
  return is_gone(pid);
}

TEST(ChildProcess, ResultAndOutputComeThroughPipesOfTheirOwn) {
  Shell shell("echo told; echo wrong >&2; echo said >&3; exit 7");
  EXPECT_EQ(shell.wait_until_ended(), Event::ended);
  EXPECT_EQ(shell.result(), "said\n");
  EXPECT_EQ(shell.output(), "told\nwrong\n");
  ASSERT_TRUE(shell.end());
  EXPECT_FALSE(shell.end()->by_signal);
  EXPECT_EQ(shell.end()->number, 7);
  EXPECT_EQ(shell.wait_up_to(0s), Event::ended);
}

TEST(ChildProcess, TheSignalThatEndedItIsTold) {
  Shell shell("kill -ABRT $$");
  EXPECT_EQ(shell.wait_until_ended(), Event::ended);
  EXPECT_TRUE(shell.end()->by_signal);
  EXPECT_EQ(shell.end()->number, SIGABRT);
}

TEST(ChildProcess, InheritsNothingButItsPipesAndHasNothingToRead) {
  const int inheritable = ::open("/dev/null", O_RDONLY);
  ASSERT_GE(inheritable, 3);
  Shell shell("ls /proc/$$/fd; cat");
  EXPECT_EQ(shell.wait_until_ended(), Event::ended);
  EXPECT_EQ(shell.output(), "0\n1\n2\n3\n");
  ::close(inheritable);
}

TEST(ChildProcess, WithoutAnswerItIsKilledWithAllThatItStarted) {
  Shell shell("sleep 600 & echo $!; wait");
  const std::int64_t sleeper = started_by(shell);
  EXPECT_EQ(shell.wait_up_to(50ms), Event::no_answer);
  EXPECT_FALSE(is_gone(sleeper));
  shell.kill();
  ASSERT_TRUE(shell.end());
  EXPECT_EQ(shell.end()->number, SIGKILL);
  EXPECT_TRUE(is_gone_soon(sleeper));
}

TEST(ChildProcess, WhatItLeavesBehindInItsGroupIsKilledAtItsEnd) {
  Shell shell("sleep 600 & echo $!");
  const std::int64_t sleeper = started_by(shell);
  EXPECT_EQ(shell.wait_until_ended(), Event::ended);
  EXPECT_FALSE(shell.end()->by_signal);
  EXPECT_TRUE(is_gone_soon(sleeper));
}

TEST(ChildProcess, APipeThatAProcessOutsideOfTheGroupHoldsIsNotWaitedFor) {
  const TemporaryFolder folder;
  Shell shell("cd " + folder.path().string() +
              "; setsid sh -c 'echo $$ > pid; mv pid started; exec sleep 600' & "
              "while ! test -e started; do sleep 0.01; done; echo said >&3");
  EXPECT_EQ(shell.wait_until_ended(), Event::ended);
  EXPECT_EQ(shell.result(), "said\n");
  std::int64_t sleeper = 0;
  std::ifstream(folder / "started") >> sleeper;
  ASSERT_GT(sleeper, 0);
  EXPECT_FALSE(is_gone(sleeper));
  ::kill(static_cast<pid_t>(sleeper), SIGKILL);
}

TEST(ChildProcess, ItEndsWithTheObject) {
  pid_t pid = 0;
  {
    Shell shell("exec sleep 600");
    pid = shell.pid();
    EXPECT_FALSE(is_gone(pid));
  }
  EXPECT_EQ(::kill(pid, 0), -1);  // not even a zombie
}

TEST(ChildProcess, ARequestToStopEndsTheWait) {
  Shell shell("exec sleep 600");
  std::stop_source stop;
  std::thread requester([&] {
    std::this_thread::sleep_for(20ms);
    stop.request_stop();
  });
  EXPECT_EQ(shell.wait(Clock::now() + 60s, stop.get_token()), Event::interrupted);
  requester.join();
}

TEST(ChildProcess, OneThatWritesForEverFillsNoMemoryAndDoesNotOutliveItsDeadline) {
  Shell shell("exec yes");
  const auto deadline = Clock::now() + 200ms;
  while (Clock::now() < deadline && shell.wait(deadline, {}) == Event::wrote) {
    EXPECT_LE(shell.output().size(), 64U * 1024);
    shell.output().clear();
  }
  shell.kill();
  EXPECT_EQ(shell.end()->number, SIGKILL);
}

TEST(ChildProcess, AProgramThatIsNotThereIsAnError) {
  EXPECT_THROW(ChildProcess("/no/such/program", {}), std::system_error);
}

TEST(ChildProcess, SignalsAreNeitherBlockedNorIgnored) {
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto action = std::signal(SIGPIPE, SIG_IGN);
  Shell shell("grep -E '^Sig(Blk|Ign)' /proc/self/status");
  EXPECT_EQ(shell.wait_until_ended(), Event::ended);
  std::signal(SIGPIPE, action);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_THAT(shell.output(), ::testing::HasSubstr("SigBlk:\t0000000000000000"));
  const std::size_t ignored = shell.output().find("SigIgn:\t");
  ASSERT_NE(ignored, std::string::npos);
  const std::uint64_t mask = std::stoull(shell.output().substr(ignored + 8), nullptr, 16);
  EXPECT_EQ(mask >> (SIGPIPE - 1) & 1U, 0U);
}

}  // namespace
}  // namespace rota
