// SPDX-License-Identifier: Apache-2.0
#include "executor/worker_stop.h"

#include "os/forked_signal.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace rota::inline v1 {
namespace {

int end_to_write = -1;
pid_t owner = 0;

void write_byte(char byte) {
  const int kept = errno;
  [[maybe_unused]] const ssize_t written = ::write(end_to_write, &byte, 1);
  errno = kept;
}

void on_termination(int number) {
  if (!leave_to_forked_child(owner, number)) write_byte('t');
}

}  // namespace

WorkerStop::WorkerStop() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe2");
  to_read_ = UniqueFd(ends[0]);
  end_to_write = ends[1];
  owner = ::getpid();
  watcher_ = std::thread([this] { watch(); });
}

WorkerStop::~WorkerStop() {
  ::signal(SIGTERM, SIG_DFL);
  write_byte('e');
  watcher_.join();
  ::close(end_to_write);
}

void WorkerStop::begin() {
  {
    const std::lock_guard lock(mutex_);
    if (source_.stop_requested()) source_ = std::stop_source();
  }
  struct sigaction action {};
  action.sa_handler = on_termination;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGTERM, &action, nullptr);
}

std::stop_token WorkerStop::token() {
  const std::lock_guard lock(mutex_);
  return source_.get_token();
}

void WorkerStop::watch() {
  for (;;) {
    char byte = 0;
    const ssize_t got = ::read(to_read_.get(), &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got != 1 || byte != 't') return;
    std::stop_source source;
    {
      const std::lock_guard lock(mutex_);
      source = source_;
    }
    source.request_stop();
  }
}

}  // namespace rota::inline v1
