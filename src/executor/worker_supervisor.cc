// SPDX-License-Identifier: Apache-2.0
#include "executor/worker_supervisor.h"

#include "executor/descendants.h"
#include "executor/worker.h"
#include "os/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <unordered_map>

namespace rota::inline v1 {
namespace {

constexpr std::array kIgnored = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT};

struct Usage {
  std::int64_t cpu_microseconds;
  std::uint64_t peak_memory_bytes;
};

Usage usage_of(const rusage& used) {
  const auto microseconds = [](const timeval& time) {
    return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
  };
  return {microseconds(used.ru_utime) + microseconds(used.ru_stime),
          static_cast<std::uint64_t>(used.ru_maxrss) * 1024};
}

class Supervisor {
 public:
  explicit Supervisor(pid_t runner) : self_(::getpid()) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (const int number : kIgnored) std::signal(number, SIG_IGN);
    sigset_t children;
    ::sigemptyset(&children);
    ::sigaddset(&children, SIGCHLD);
    // A worker that has just been forked would ignore them too: blocked, they wait until it listens.
    sigset_t blocked = children;
    for (const int number : kIgnored) ::sigaddset(&blocked, number);
    ::sigprocmask(SIG_BLOCK, &blocked, nullptr);
    child_ended_ = UniqueFd(::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
    runner_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, runner, 0)));
    runner_is_gone_ = !runner_.valid() || ::getppid() != runner;
  }

  int serve() {
    while (!runner_is_gone_) {
      std::array<pollfd, 3> watched{pollfd{SupervisorFds::kControl, POLLIN, 0},
                                    {child_ended_.get(), POLLIN, 0},
                                    {runner_.get(), POLLIN, 0}};
      if (::poll(watched.data(), watched.size(), -1) < 0) {
        if (errno != EINTR) break;
        continue;
      }
      if (watched[2].revents != 0) break;
      if (watched[1].revents != 0) take_ends();
      if (watched[0].revents != 0) take_orders();
    }
    end_all();
    return 0;
  }

 private:
  void take_orders() {
    for (;;) {
      SupervisorOrder order;
      iovec bytes{&order, sizeof order};
      alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> space{};
      msghdr message{};
      message.msg_iov = &bytes;
      message.msg_iovlen = 1;
      message.msg_control = space.data();
      message.msg_controllen = space.size();
      const ssize_t got =
          ::recvmsg(SupervisorFds::kControl, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return;
      if (got != static_cast<ssize_t>(sizeof order)) {
        runner_is_gone_ = true;
        return;
      }
      std::array<int, 2> fds{-1, -1};
      const cmsghdr* header = CMSG_FIRSTHDR(&message);
      if (header != nullptr && header->cmsg_type == SCM_RIGHTS &&
          header->cmsg_len == CMSG_LEN(sizeof fds))
        std::memcpy(fds.data(), CMSG_DATA(header), sizeof fds);
      const UniqueFd socket(fds[0]);
      const UniqueFd output(fds[1]);
      if (order.kind == SupervisorOrder::start) start(order.worker, socket, output);
      if (order.kind == SupervisorOrder::signal) send_signal(order);
    }
  }

  void start(std::uint32_t worker, const UniqueFd& socket, const UniqueFd& output) {
    const pid_t pid = ::fork();
    if (pid == 0) become_worker(socket, output);
    if (pid < 0) {
      tell({.kind = SupervisorEvent::failed, .worker = worker, .status = errno});
      return;
    }
    ::setpgid(pid, pid);  // whichever of the two comes first
    workers_[pid] = worker;
    tell({.kind = SupervisorEvent::started, .worker = worker, .pid = pid});
  }

  [[noreturn]] void become_worker(const UniqueFd& socket, const UniqueFd& output) const {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (::getppid() != self_) ::_exit(0);
    for (const int number : kIgnored) std::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const int connection = ::fcntl(socket.get(), F_DUPFD_CLOEXEC, kLowestSafeFd);
    const int printed = ::fcntl(output.get(), F_DUPFD_CLOEXEC, kLowestSafeFd);
    ::dup3(connection, WorkerFds::kConnection, O_CLOEXEC);
    ::dup3(printed, WorkerFds::kOutput, O_CLOEXEC);
    ::dup2(printed, STDOUT_FILENO);
    ::dup2(printed, STDERR_FILENO);
    ::close_range(WorkerFds::kFirstFree, ~0U, 0);
    ::_exit(serve_as_worker());
  }

  void send_signal(const SupervisorOrder& order) const {
    for (const auto& [pid, worker] : workers_) {
      if (worker != order.worker) continue;
      ::kill(-pid, order.signal_number);
      if (order.signal_number == SIGKILL) ::kill(pid, SIGKILL);  // it may have left its group
    }
  }

  void take_ends() {
    signalfd_siginfo ignored{};
    while (::read(child_ended_.get(), &ignored, sizeof ignored) > 0) continue;
    for (;;) {
      siginfo_t info{};
      if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
      take_end(info.si_pid, info.si_code != CLD_EXITED, info.si_status);
    }
  }

  void take_end(pid_t pid, bool by_signal, int status) {
    const auto found = workers_.find(pid);
    // As long as its end is not taken, its number is the group's and no one else's.
    if (found != workers_.end()) ::kill(-pid, SIGKILL);
    rusage used{};
    ::wait4(pid, nullptr, 0, &used);
    if (found == workers_.end()) return;
    const std::uint32_t worker = found->second;
    workers_.erase(found);
    end_strays();
    const Usage usage = usage_of(used);
    tell({.kind = SupervisorEvent::ended,
          .worker = worker,
          .pid = pid,
          .by_signal = by_signal ? 1 : 0,
          .status = status,
          .cpu_microseconds = usage.cpu_microseconds,
          .peak_memory_bytes = usage.peak_memory_bytes});
  }

  // What dead workers left behind: children that are no workers.
  void end_strays() {
    end_children([this](pid_t pid) { return !workers_.contains(pid); });
  }

  void end_all() {
    for (const auto& [pid, worker] : workers_) {
      ::kill(-pid, SIGKILL);
      ::kill(pid, SIGKILL);
    }
    end_children([](pid_t) { return true; });
  }

  void tell(const SupervisorEvent& event) {
    while (::send(SupervisorFds::kControl, &event, sizeof event, MSG_NOSIGNAL) < 0) {
      if (errno == EINTR) continue;
      runner_is_gone_ = true;
      return;
    }
  }

  static constexpr int kLowestSafeFd = 64;

  const pid_t self_;
  UniqueFd child_ended_;
  UniqueFd runner_;
  bool runner_is_gone_ = false;
  std::unordered_map<pid_t, std::uint32_t> workers_;
};

}  // namespace

int supervise_workers(pid_t runner) {
  ::prctl(PR_SET_NAME, "rota-workers");
  ::fcntl(SupervisorFds::kControl, F_SETFD, FD_CLOEXEC);
  ::fcntl(SupervisorFds::kRunnerLock, F_SETFD, FD_CLOEXEC);
  return Supervisor(runner).serve();
}

}  // namespace rota::inline v1
