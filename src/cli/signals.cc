// SPDX-License-Identifier: Apache-2.0
// The handlers only write the signal's number into a pipe; a thread reads it there. (To block the signals
// and wait for them would leave them blocked in the programs that tasks start.)
#include "cli/signals.h"

#include "cli/exit_code.h"
#include "os/forked_signal.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace rota::cli {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
std::array<int, 2> pipe_ends{-1, -1};
pid_t owner = 0;
std::array<struct sigaction, kSignals.size()> previous;

void pass_on(int number) {
  const int kept = errno;
  const auto byte = static_cast<unsigned char>(number);
  [[maybe_unused]] const ssize_t written = ::write(pipe_ends[1], &byte, 1);
  errno = kept;
}

void on_signal(int number) {
  if (!leave_to_forked_child(owner, number)) pass_on(number);
}

// nohup: whoever started this wants it to outlive its terminal.
bool is_to_be_ignored(int number, const struct sigaction& before) {
  return number == SIGHUP && before.sa_handler == SIG_IGN;
}

}  // namespace

Signals::Signals(std::function<void(const char*)> told, AtKill at_kill)
    : told_(std::move(told)), at_kill_(at_kill) {
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  owner = ::getpid();
  watcher_ = std::thread([this] { watch(); });
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (std::size_t at = 0; at < kSignals.size(); ++at) {
    ::sigaction(kSignals[at], &action, &previous[at]);
    if (is_to_be_ignored(kSignals[at], previous[at]))
      ::sigaction(kSignals[at], &previous[at], nullptr);
  }
}

Signals::~Signals() {
  for (std::size_t at = 0; at < kSignals.size(); ++at)
    ::sigaction(kSignals[at], &previous[at], nullptr);
  pass_on(0);
  watcher_.join();
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

void Signals::watch() {
  for (;;) {
    unsigned char number = 0;
    const ssize_t got = ::read(pipe_ends[0], &number, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got != 1 || number == 0) return;
    if (number == SIGPIPE) continue;
    if (kill_.stop_requested()) ::_exit(kInterrupted);
    if (cancel_.stop_requested()) {
      if (at_kill_ == AtKill::end_process) ::_exit(kInterrupted);
      told_("killing the running tasks");
      kill_.request_stop();
    } else if (stop_.stop_requested() || number != SIGINT) {
      told_(at_kill_ == AtKill::wait
                ? "asking the running tasks to end; once more: kill them"
                : "asking the running tasks to end; once more: end at once, and leave them lost");
      stop_.request_stop();
      cancel_.request_stop();
    } else {
      told_("starting nothing more and waiting for the running tasks; once more: ask them to end");
      stop_.request_stop();
    }
  }
}

}  // namespace rota::cli
