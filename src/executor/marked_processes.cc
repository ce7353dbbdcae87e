// SPDX-License-Identifier: Apache-2.0
#include "executor/marked_processes.h"

#include "os/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <memory>
#include <thread>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr std::chrono::seconds kMaxWait{5};
constexpr std::chrono::milliseconds kPause{2};

bool has_mark(pid_t process, const std::string& mark) {
  std::ifstream file(fmt::format("/proc/{}/environ", process), std::ios::binary);
  for (std::string entry; std::getline(file, entry, '\0');) {
    if (entry == mark) return true;
  }
  return false;
}

// True: it has the mark. A process descriptor makes sure that the one that is killed is the one that was looked at.
bool kill_if_marked(pid_t process, const std::string& mark) {
  const UniqueFd descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
  if (!descriptor.valid() || !has_mark(process, mark)) return false;
  ::syscall(SYS_pidfd_send_signal, descriptor.get(), SIGKILL, nullptr, 0);
  return true;
}

bool kill_all_marked(const std::string& mark) {
  const std::unique_ptr<DIR, int (*)(DIR*)> processes(::opendir("/proc"), ::closedir);
  if (!processes) return false;
  bool any = false;
  while (const dirent* entry = ::readdir(processes.get())) {
    pid_t process = 0;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    const auto parsed = std::from_chars(entry->d_name, end, process);
    if (parsed.ec != std::errc() || parsed.ptr != end || process == ::getpid()) continue;
    if (kill_if_marked(process, mark)) any = true;
  }
  return any;
}

}  // namespace

std::string runner_mark(std::string_view runner) {
  return fmt::format("{}={}", kRunnerVariable, runner);
}

void end_marked_processes(const std::string& mark) {
  const auto give_up = std::chrono::steady_clock::now() + kMaxWait;
  // What was forked while one round looked is found by the next.
  while (kill_all_marked(mark) && std::chrono::steady_clock::now() < give_up)
    std::this_thread::sleep_for(kPause);
}

}  // namespace rota::inline v1
