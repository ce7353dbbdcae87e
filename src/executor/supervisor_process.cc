// SPDX-License-Identifier: Apache-2.0
#include "executor/supervisor_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr int kLowestSafeFd = 64;

void check(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

// Above all numbers that the child gives a meaning to.
UniqueFd out_of_the_way(int fd) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, kLowestSafeFd));
  if (!copy.valid()) check(errno, "fcntl");
  return copy;
}

class FileActions {
 public:
  FileActions() { check(::posix_spawn_file_actions_init(&actions_), "posix_spawn"); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  void open_null(int to, int flags) {
    check(::posix_spawn_file_actions_addopen(&actions_, to, "/dev/null", flags, 0), "posix_spawn");
  }
  void copy(const UniqueFd& from, int to) {
    check(::posix_spawn_file_actions_adddup2(&actions_, from.get(), to), "posix_spawn");
  }
  void close_from(int lowest) {
    check(::posix_spawn_file_actions_addclosefrom_np(&actions_, lowest), "posix_spawn");
  }
  const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

class Attributes {
 public:
  Attributes() {
    check(::posix_spawnattr_init(&attributes_), "posix_spawn");
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const noexcept { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t spawn(const WorkerProgram& program, int control, const SupervisorInheritance& inherited) {
  const UniqueFd control_copy = out_of_the_way(control);
  const UniqueFd lock = out_of_the_way(inherited.runner_lock);
  const UniqueFd to_read = out_of_the_way(inherited.tokens_to_read);
  const UniqueFd to_write = out_of_the_way(inherited.tokens_to_write);
  FileActions actions;
  actions.open_null(STDIN_FILENO, O_RDONLY);
  actions.open_null(STDOUT_FILENO, O_WRONLY);
  actions.copy(control_copy, SupervisorFds::kControl);
  actions.copy(lock, SupervisorFds::kRunnerLock);
  actions.copy(to_read, SupervisorFds::kTokensToRead);
  actions.copy(to_write, SupervisorFds::kTokensToWrite);
  actions.close_from(SupervisorFds::kFirstFree);
  const Attributes attributes;
  std::vector<std::string> words{program.program.string()};
  words.insert(words.end(), program.words.begin(), program.words.end());
  words.push_back(fmt::format("{}{}", kSupervisorOption, ::getpid()));
  std::vector<std::string> variables = inherited.environment;
  pid_t pid = -1;
  check(::posix_spawn(&pid, program.program.c_str(), actions.get(), attributes.get(),
                      pointers_to(words).data(), pointers_to(variables).data()),
        program.program.c_str());
  return pid;
}

}  // namespace

std::vector<std::string> supervisor_environment(const std::string& mark, std::size_t jobs) {
  // As GNU make gives it to what it starts (its manual, "POSIX Jobserver Interaction").
  std::vector<std::string> variables{
      mark, fmt::format("MAKEFLAGS= -j{} --jobserver-auth={},{}", jobs,
                        SupervisorFds::kTokensToRead, SupervisorFds::kTokensToWrite)};
  const std::size_t own = variables.size();
  for (char** one = environ; one != nullptr && *one != nullptr; ++one) {
    const std::string_view variable = *one;
    const std::string_view name = variable.substr(0, variable.find('=') + 1);
    const auto is_same = [name](const std::string& other) { return other.starts_with(name); };
    const auto end = variables.begin() + static_cast<std::ptrdiff_t>(own);
    if (std::find_if(variables.begin(), end, is_same) == end) variables.emplace_back(variable);
  }
  return variables;
}

SupervisorProcess::SupervisorProcess(const WorkerProgram& program,
                                     const SupervisorInheritance& inherited) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    check(errno, "socketpair");
  control_ = UnsharedFd(ends[0]);
  const UnsharedFd other(ends[1]);
  pid_ = spawn(program, other.get(), inherited);
}

SupervisorProcess::~SupervisorProcess() {
  control_ = UnsharedFd();
  wait();
}

int SupervisorProcess::wait() {
  int status = 0;
  if (pid_ <= 0) return status;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  return status;
}

std::optional<SupervisorEvent> SupervisorProcess::next_event() {
  SupervisorEvent event;
  for (;;) {
    const ssize_t got = ::recv(control_.get(), &event, sizeof event, MSG_DONTWAIT);
    if (got == static_cast<ssize_t>(sizeof event)) return event;
    if (got < 0 && errno == EINTR) continue;
    has_ended_ = has_ended_ || got >= 0 || errno != EAGAIN;
    return std::nullopt;
  }
}

std::string SupervisorProcess::how_it_ended() {
  const int status = wait();
  if (WIFSIGNALED(status)) return fmt::format("signal {}", WTERMSIG(status));
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

void SupervisorProcess::start(std::uint32_t worker, int socket, int output) {
  const std::array<int, 2> fds{socket, output};
  send({.kind = SupervisorOrder::start, .worker = worker}, fds.data(), fds.size());
}

void SupervisorProcess::signal(std::uint32_t worker, int signal_number) {
  send({.kind = SupervisorOrder::signal, .worker = worker, .signal_number = signal_number}, nullptr,
       0);
}

void SupervisorProcess::send(const SupervisorOrder& order, const int* fds, std::size_t count) {
  SupervisorOrder sent = order;
  iovec bytes{&sent, sizeof sent};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> space{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  if (count > 0) {
    message.msg_control = space.data();
    message.msg_controllen = space.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memcpy(CMSG_DATA(header), fds, count * sizeof(int));
  }
  while (::sendmsg(control_.get(), &message, MSG_NOSIGNAL) < 0) {
    if (errno == EINTR) continue;
    has_ended_ = true;
    return;
  }
}

}  // namespace rota::inline v1
