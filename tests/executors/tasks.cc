// SPDX-License-Identifier: Apache-2.0
// Tasks that the tests of executors run, in this process or in a worker.
#include "os/file.h"
#include <rota/rota.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

namespace rota {
namespace {

void pause_shortly() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

// What ended a child that was forked from this process and asked to end. It is killed where
// it never does.
std::int64_t end_a_child() {
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) ::pause();
  }
  constexpr int kTries = 5000;
  int tries = 0;
  int status = 0;
  do {
    ::kill(child, ++tries < kTries ? SIGTERM : SIGKILL);
    pause_shortly();
  } while (::waitpid(child, &status, WNOHANG) == 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

// Does what its arguments say.
class ObedientTask : public BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("obey", [this](OperationContext& operation) { return obey(operation); });
  }

 private:
  OperationResult obey(OperationContext& operation) {
    const auto say = arguments().get<std::string>("say", "");
    for (std::int64_t times = arguments().get<std::int64_t>("times", say.empty() ? 0 : 1);
         times > 0; --times)
      logger().info(say);
    if (const auto name = arguments().get<std::string>("make", ""); !name.empty()) {
      std::ofstream(project_file(name)) << "made";
      track_output(name);
    }
    if (const auto name = arguments().get<std::string>("await", ""); !name.empty()) {
      while (!std::filesystem::exists(project_file(name)) && !operation.cancelled())
        pause_shortly();
    }
    if (const auto name = arguments().get<std::string>("print", ""); !name.empty())
      std::puts(name.c_str());
    if (arguments().get<bool>("until_stopped", false)) {
      while (!operation.cancelled()) pause_shortly();
      return OperationResult::error("stopped");
    }
    if (arguments().get<bool>("throw", false)) throw std::runtime_error("thrown");
    if (arguments().get<bool>("fail", false)) return OperationResult::error("failed as told");
    if (arguments().get<bool>("crash", false)) {
      ::signal(SIGABRT, SIG_DFL);
      ::raise(SIGABRT);
    }
    if (arguments().get<bool>("end_a_child", false)) set_metric("child", end_a_child());
    set_metric("answer", 42);
    return OperationResult::success();
  }
};
ROTA_TASK(ObedientTask, .task_id = "t_obedient");

// One task of a random graph: notes in trace.txt when it begins and ends, in pids.txt where it runs, and in twice.txt
// when it runs already, which the kernel knows by a lock; and ends as its arguments say.
class TracedTask : public BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("trace", [this](OperationContext& operation) { return trace(operation); });
  }

 private:
  void note(const char* file_name, const std::string& what) const {
    const int file =
        ::open(project_file(file_name).c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    const std::string line = what + " " + task_id() + "\n";
    [[maybe_unused]] const ssize_t written = ::write(file, line.data(), line.size());
    ::close(file);
  }

  // A child in a session of its own, that nothing ends but a kill.
  pid_t start_daemon() const {
    const pid_t child = ::fork();
    if (child != 0) {
      note("pids.txt", std::to_string(child));
      return child;
    }
    ::setsid();
    for (;;) ::pause();
  }
  static void end_daemon(pid_t daemon) {
    ::kill(daemon, SIGKILL);
    ::waitpid(daemon, nullptr, 0);
  }

  OperationResult trace(OperationContext& operation) {
    const UniqueFd lock(
        ::open(project_file("lock_" + task_id()).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) note("twice.txt", "twice");
    note("pids.txt", std::to_string(::getpid()));
    note("trace.txt", "begin");
    const auto how = arguments().get<std::string>("how", "succeed");
    const std::string mark = project_file("tried_" + task_id());
    const bool is_first = !std::filesystem::exists(mark);
    std::ofstream(mark) << "x";
    const pid_t daemon = arguments().get<bool>("daemon", false) ? start_daemon() : 0;
    if (const auto pause = arguments().get<std::int64_t>("pause", 0); pause > 0)
      std::this_thread::sleep_for(std::chrono::microseconds(pause));
    if (daemon > 0 && how != "linger") end_daemon(daemon);
    if (how == "crash" || (how == "crash_once" && is_first)) ::_exit(7);
    if (how == "killed") ::raise(SIGKILL);
    if (how == "hang" || (how == "hang_once" && is_first)) {
      while (!operation.cancelled()) pause_shortly();
    }
    note("trace.txt", "end");
    if (how == "fail" || (how == "fail_once" && is_first)) return OperationResult::error("as told");
    return OperationResult::success();
  }
};

#define TRACED_TASK(number)                                                            \
  class TracedTask##number : public TracedTask {                                       \
    using TracedTask::TracedTask;                                                      \
                                                                                       \
   public:                                                                             \
    explicit TracedTask##number(const Arguments& arguments) : TracedTask(arguments) {} \
  };                                                                                   \
  ROTA_TASK(TracedTask##number, .task_id = "t_" #number)

TRACED_TASK(0);
TRACED_TASK(1);
TRACED_TASK(2);
TRACED_TASK(3);
TRACED_TASK(4);
TRACED_TASK(5);
TRACED_TASK(6);
TRACED_TASK(7);
TRACED_TASK(8);
TRACED_TASK(9);
TRACED_TASK(10);
TRACED_TASK(11);

}  // namespace

}  // namespace rota
