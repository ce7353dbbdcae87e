// SPDX-License-Identifier: Apache-2.0
#include "executor/marked_processes.h"

#include "os/file.h"
#include "os/process_identity.h"

#include <dirent.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kMaxWait{5};

bool has_mark(pid_t process, const std::string& mark) {
  std::ifstream file(fmt::format("/proc/{}/environ", process), std::ios::binary);
  for (std::string entry; std::getline(file, entry, '\0');) {
    if (entry == mark) return true;
  }
  return false;
}

// This process, what started it, and so on.
std::set<std::int64_t> own_line() {
  std::set<std::int64_t> line;
  for (std::int64_t process = ::getpid(); process > 0 && line.insert(process).second;)
    process = parent_of(process);
  return line;
}

// A process descriptor makes sure that the one that is killed is the one that was looked at. Not valid: it has no mark.
UniqueFd kill_if_marked(pid_t process, const std::string& mark) {
  UniqueFd descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
  if (!descriptor.valid() || !has_mark(process, mark)) return {};
  ::syscall(SYS_pidfd_send_signal, descriptor.get(), SIGKILL, nullptr, 0);
  return descriptor;
}

std::vector<UniqueFd> kill_all_marked(const std::string& mark,
                                      const std::set<std::int64_t>& spared) {
  std::vector<UniqueFd> killed;
  const std::unique_ptr<DIR, int (*)(DIR*)> processes(::opendir("/proc"), ::closedir);
  while (const dirent* entry = processes ? ::readdir(processes.get()) : nullptr) {
    pid_t process = 0;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    const auto parsed = std::from_chars(entry->d_name, end, process);
    if (parsed.ec != std::errc() || parsed.ptr != end || spared.contains(process)) continue;
    if (UniqueFd descriptor = kill_if_marked(process, mark); descriptor.valid())
      killed.push_back(std::move(descriptor));
  }
  return killed;
}

// A process descriptor is readable once its process has closed all its files.
void wait_for_end(const UniqueFd& process, Clock::time_point give_up) {
  pollfd watched{process.get(), POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(give_up - Clock::now()).count();
    const int ended = ::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ended >= 0 || errno != EINTR) return;
  }
}

}  // namespace

std::string runner_mark(std::string_view runner) {
  return fmt::format("{}={}", kRunnerVariable, runner);
}

void end_marked_processes(const std::string& mark) {
  const auto give_up = Clock::now() + kMaxWait;
  const std::set<std::int64_t> spared = own_line();
  // What was forked while one round looked is found by the next.
  for (;;) {
    const std::vector<UniqueFd> killed = kill_all_marked(mark, spared);
    for (const UniqueFd& process : killed) wait_for_end(process, give_up);
    if (killed.empty() || Clock::now() >= give_up) return;
  }
}

}  // namespace rota::inline v1
