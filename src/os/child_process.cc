// SPDX-License-Identifier: Apache-2.0
#include "os/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace rota::inline v1 {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxBytesAtOnce = std::size_t{64} * 1024;
constexpr std::size_t kMaxRestBytes = std::size_t{1024} * 1024;
// A killed process that the kernel cannot end, because a device does not answer, is not waited for longer.
constexpr std::chrono::seconds kMaxWaitAfterKill{5};

[[noreturn]] void fail(const char* what, int error) {
  throw std::system_error(error, std::generic_category(), what);
}

UniqueFd require_fd(int fd, const char* what) {
  if (fd < 0) fail(what, errno);
  return UniqueFd(fd);
}

struct Pipe {
  UniqueFd to_read;
  UniqueFd to_write;
};

// Above all numbers that the child gives a meaning to, also where this process began with some of them closed.
UniqueFd out_of_the_way(int fd) {
  const UniqueFd low(fd);
  return require_fd(::fcntl(low.get(), F_DUPFD_CLOEXEC, ChildProcess::kResultFd + 1), "fcntl");
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2", errno);
  UniqueFd second(ends[1]);
  Pipe made{out_of_the_way(ends[0]), {}};
  made.to_write =
      require_fd(::fcntl(second.get(), F_DUPFD_CLOEXEC, ChildProcess::kResultFd + 1), "fcntl");
  if (::fcntl(made.to_read.get(), F_SETFL, O_NONBLOCK) != 0) fail("fcntl", errno);
  return made;
}

class FileActions {
 public:
  FileActions() { check(::posix_spawn_file_actions_init(&actions_)); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }

  void redirect(const ChildStreams& streams, int output, int result) {
    if (streams.input < 0) {
      check(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
    } else {
      check(::posix_spawn_file_actions_adddup2(&actions_, streams.input, STDIN_FILENO));
    }
    check(::posix_spawn_file_actions_adddup2(&actions_, streams.result_is_stdout ? result : output,
                                             STDOUT_FILENO));
    check(::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO));
    check(::posix_spawn_file_actions_adddup2(&actions_, result, ChildProcess::kResultFd));
    check(::posix_spawn_file_actions_addclosefrom_np(&actions_, ChildProcess::kResultFd + 1));
  }
  const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  static void check(int error) {
    if (error != 0) fail("posix_spawn_file_actions", error);
  }
  posix_spawn_file_actions_t actions_;
};

// A group of its own, no signal blocked, none ignored.
class Attributes {
 public:
  Attributes() {
    check(::posix_spawnattr_init(&attributes_));
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    check(::posix_spawnattr_setsigmask(&attributes_, &none));
    check(::posix_spawnattr_setsigdefault(&attributes_, &all));
    check(::posix_spawnattr_setpgroup(&attributes_, 0));
    check(::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }

  const posix_spawnattr_t* get() const noexcept { return &attributes_; }

 private:
  static void check(int error) {
    if (error != 0) fail("posix_spawnattr", error);
  }
  posix_spawnattr_t attributes_;
};

// False once there is nothing more to come, or nothing at the moment.
bool append_from(UniqueFd& pipe, std::string& text) {
  if (!pipe.valid()) return false;
  const std::size_t before = text.size();
  text.resize(before + kMaxBytesAtOnce);
  const ssize_t got = ::read(pipe.get(), text.data() + before, kMaxBytesAtOnce);
  const int error = errno;
  text.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
  if (got < 0 && error == EINTR) return true;
  if (got == 0 || (got < 0 && error != EAGAIN)) UniqueFd closed(std::exchange(pipe, UniqueFd()));
  return got > 0;
}

// The header of glibc 2.36 for it cannot be used in C++.
int open_process(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

int milliseconds_until(Clock::time_point moment) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(moment - Clock::now()).count();
  constexpr std::int64_t kMinute = 60'000;
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, kMinute));
}

}  // namespace

ChildProcess::ChildProcess(const std::filesystem::path& program,
                           const std::vector<std::string>& arguments, const ChildStreams& streams)
    : wake_(require_fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  Pipe output = make_pipe();
  Pipe result = make_pipe();
  UniqueFd input;
  if (streams.input >= 0)
    input = require_fd(::fcntl(streams.input, F_DUPFD_CLOEXEC, kResultFd + 1), "fcntl");
  start(program, arguments, {input.get(), streams.result_is_stdout}, output.to_write.get(),
        result.to_write.get());
  output_pipe_ = std::move(output.to_read);
  result_pipe_ = std::move(result.to_read);
  process_ = UniqueFd(open_process(pid_));
  if (process_.valid()) return;
  const int error = errno;
  end_process();
  fail("pidfd_open", error);
}

ChildProcess::~ChildProcess() { end_process(); }

void ChildProcess::start(const std::filesystem::path& program,
                         const std::vector<std::string>& arguments, const ChildStreams& streams,
                         int output, int result) {
  FileActions actions;
  actions.redirect(streams, output, result);
  const Attributes attributes;
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const int error = ::posix_spawn(&pid_, program.c_str(), actions.get(), attributes.get(),
                                  pointers.data(), environ);
  if (error != 0) {
    pid_ = -1;
    fail(program.c_str(), error);
  }
}

ChildProcess::Event ChildProcess::wait(Clock::time_point deadline, const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { ::eventfd_write(wake_.get(), 1); });
  for (;;) {
    if (end_) return Event::ended;
    if (stop.stop_requested()) return Event::interrupted;
    std::array<pollfd, 4> watched{pollfd{process_.get(), POLLIN, 0},
                                  {result_pipe_.get(), POLLIN, 0},
                                  {output_pipe_.get(), POLLIN, 0},
                                  {wake_.get(), POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), milliseconds_until(deadline)) < 0) {
      if (errno != EINTR) fail("poll", errno);
      continue;
    }
    if (watched[0].revents != 0) {
      kill();
      return Event::ended;
    }
    if (read_some()) return Event::wrote;
    if (Clock::now() >= deadline) return Event::no_answer;
  }
}

void ChildProcess::kill() {
  if (end_) return;
  end_process();
  read_rest();
}

void ChildProcess::end_process() noexcept {
  if (pid_ <= 0 || end_) return;
  // Until its end is taken, its number is the group's and no one else's.
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
  if (process_.valid()) {
    const auto give_up = Clock::now() + kMaxWaitAfterKill;
    pollfd watched{process_.get(), POLLIN, 0};
    while (::poll(&watched, 1, milliseconds_until(give_up)) < 0 && errno == EINTR) continue;
    if (watched.revents == 0) return;
  }
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) continue;
  end_ = ChildEnd{info.si_code != CLD_EXITED, info.si_status};
}

// The result last: who has seen a result has the output that was written before it, too.
bool ChildProcess::read_some() {
  const bool result = append_from(result_pipe_, result_);
  const bool output = append_from(output_pipe_, output_);
  return result || output;
}

// All that the process had written is in the pipes already; what others go on writing is cut off.
void ChildProcess::read_rest() {
  const auto read = [](UniqueFd& pipe, std::string& text) {
    const std::size_t enough = text.size() + kMaxRestBytes;
    while (text.size() < enough && append_from(pipe, text)) continue;
  };
  read(result_pipe_, result_);
  read(output_pipe_, output_);
}

}  // namespace rota::inline v1
