// SPDX-License-Identifier: Apache-2.0
// Tasks that do to their process what a task should not. What each started or is, it writes into pids.txt.
#include <rota/rota.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

namespace {

using rota::OperationContext;
using rota::OperationResult;

class NastyTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("act", [this](OperationContext& operation) {
      std::ofstream(project_file("ran.txt"), std::ios::app) << task_id() << "\n";
      return act(operation);
    });
  }

 protected:
  virtual OperationResult act(OperationContext& operation) = 0;
  void write_pid(pid_t pid) const {
    std::ofstream(project_file("pids.txt"), std::ios::app) << pid << "\n";
  }
  static void sleep_for_ever() {
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }
};

#define NASTY_TASK(Class, id)                                  \
  class Class : public NastyTask {                             \
   public:                                                     \
    using NastyTask::NastyTask;                                \
    OperationResult act(OperationContext& operation) override; \
  };                                                           \
  ROTA_TASK(Class, .task_id = id);                             \
  OperationResult Class::act([[maybe_unused]] OperationContext& operation)

NASTY_TASK(GoodTask, "t_good") {
  std::ofstream(project_file("makeflags.txt"))
      << (std::getenv("MAKEFLAGS") != nullptr ? std::getenv("MAKEFLAGS") : "");
  write_pid(::getpid());
  std::puts("as it should be");
  return OperationResult::success();
}

NASTY_TASK(SecondGoodTask, "t_good_2") {
  write_pid(::getpid());
  return OperationResult::success();
}

NASTY_TASK(CrashingTask, "t_crash") {
  std::puts("first words");
  std::puts("last words");
  ::signal(SIGSEGV, SIG_DFL);  // sanitizers have a handler of their own
  ::raise(SIGSEGV);
  return OperationResult::success();
}

NASTY_TASK(LeavingTask, "t_exit") {
  std::puts("leaving early");
  std::fflush(stdout);
  ::_exit(0);
}

NASTY_TASK(LingeringTask, "t_linger") {
  const pid_t child = ::fork();
  if (child == 0) sleep_for_ever();
  write_pid(child);
  return OperationResult::success();
}

// Its children wait for each other, so that make must run both at once.
NASTY_TASK(MakingTask, "t_make") {
  std::ofstream(project_file("Makefile"))
      << "both: one two\n"
         "one two:\n"
         "\ttouch $@; for try in $$(seq 500); do "
         "[ -e one ] && [ -e two ] && exit 0; sleep 0.01; done; exit 1\n";
  const int status = std::system(("make -C " + project_file(".").string() + " both").c_str());
  return status == 0 ? OperationResult::success() : OperationResult::error("make failed");
}

// A daemon: in a session of its own, and its parent has ended.
NASTY_TASK(DaemonTask, "t_daemon") {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();
    const pid_t daemon = ::fork();
    if (daemon == 0) sleep_for_ever();
    write_pid(daemon);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  if (std::filesystem::exists(project_file("wait_t_daemon"))) sleep_for_ever();
  return OperationResult::success();
}

// A daemon that is another program.
NASTY_TASK(DaemonProgramTask, "t_daemon_program") {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();
    const pid_t daemon = ::fork();
    if (daemon == 0) ::execlp("sleep", "sleep", "1000", nullptr);
    write_pid(daemon);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  if (std::filesystem::exists(project_file("wait_t_daemon_program"))) sleep_for_ever();
  return OperationResult::success();
}

NASTY_TASK(StubbornTask, "t_stubborn") {
  ::signal(SIGTERM, SIG_IGN);
  write_pid(::getpid());
  sleep_for_ever();
  return OperationResult::success();
}

NASTY_TASK(PatientTask, "t_patient") {
  write_pid(::getpid());
  while (!operation.cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return OperationResult::error("asked to stop");
}

NASTY_TASK(FloodingTask, "t_flood") {
  const std::string line(1023, 'x');
  for (int at = 0; at < 1024 * 1024; ++at) std::printf("%s\n", line.c_str());
  std::puts("the end of the flood");
  return OperationResult::error("flooded");
}

NASTY_TASK(ClosingTask, "t_close") {
  ::close_range(3, ~0U, 0);
  return OperationResult::success();
}

NASTY_TASK(ClosingAndWaitingTask, "t_close_and_wait") {
  ::close_range(3, ~0U, 0);
  sleep_for_ever();
  return OperationResult::success();
}

NASTY_TASK(GarbageTask, "t_garbage") {
  const std::string bytes(100'000, '\xff');
  [[maybe_unused]] const ssize_t written = ::write(3, bytes.data(), bytes.size());
  sleep_for_ever();
  return OperationResult::success();
}

NASTY_TASK(TruncatingTask, "t_truncate") {
  const auto file = project_file("result.txt");
  std::ofstream(file) << "half of the res";
  track_output(file);
  ::_exit(3);
}

NASTY_TASK(HungryTask, "t_hungry") {
  std::vector<std::unique_ptr<char[]>> blocks;
  constexpr std::size_t kBlock = std::size_t{1} << 20U;
  for (int at = 0; at < 2048; ++at) {
    blocks.push_back(std::make_unique<char[]>(kBlock));  // filled with zeros, and so resident
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return OperationResult::success();
}

NASTY_TASK(SpinningTask, "t_spin") {
  volatile unsigned long at = 0;
  while (at + 1 != 0) {
  }
  return OperationResult::success();
}

// Succeeds once there are as many marks as tries.txt says.
NASTY_TASK(FlakyTask, "t_flaky") {
  int wanted = 0;
  std::ifstream(project_file("tries.txt")) >> wanted;
  std::ifstream marks(project_file("ran.txt"));
  int tried = 0;
  for (std::string id; marks >> id;) tried += id == task_id() ? 1 : 0;
  if (tried >= wanted) return OperationResult::success();
  if (std::filesystem::exists(project_file("crash_t_flaky"))) std::abort();
  return OperationResult::error("not yet");
}

// Its class says how often it is tried.
class InsistingTask : public NastyTask {
 public:
  using NastyTask::NastyTask;
  OperationResult act(OperationContext&) override { return OperationResult::error("never"); }
};
ROTA_TASK(InsistingTask, .task_id = "t_insist",
          .policies = {{"retries", "3"}, {"retry_delay", "1ms"}});

}  // namespace
