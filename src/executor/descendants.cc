// SPDX-License-Identifier: Apache-2.0
#include "executor/descendants.h"

#include "os/one_line.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr std::chrono::seconds kMaxWait{5};
constexpr std::size_t kMaxProcessesCounted = 10'000;

std::string name_of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/comm", process));
  std::string name;
  std::getline(file, name);
  return one_line(name);
}

}  // namespace

std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at(fmt::format("/proc/{}/task", process), error), end;
       !error && at != end; at.increment(error)) {
    std::ifstream file(at->path() / "children");
    for (pid_t pid = 0; file >> pid;) found.push_back(pid);
  }
  return found;
}

void end_children(const std::function<bool(pid_t)>& is_meant) {
  const auto give_up = std::chrono::steady_clock::now() + kMaxWait;
  // Each round ends one generation.
  while (std::chrono::steady_clock::now() < give_up) {
    bool any = false;
    for (const pid_t child : children_of(::getpid())) {
      if (!is_meant(child)) continue;
      any = true;
      ::kill(child, SIGKILL);
      for (int pause = 0; ::waitpid(child, nullptr, WNOHANG) == 0 && pause < 100; ++pause)
        std::this_thread::sleep_for(std::chrono::microseconds(50 << std::min(pause, 5)));
    }
    if (!any) return;
  }
}

bool take_ended_children() {
  for (;;) {
    const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
    if (ended > 0 || (ended < 0 && errno == EINTR)) continue;
    return ended < 0;
  }
}

std::string describe_children() {
  const std::vector<pid_t> children = children_of(::getpid());
  if (children.empty()) return {};
  std::string text = children.size() > 1 ? fmt::format("{} processes: ", children.size()) : "";
  constexpr std::size_t kNamed = 3;
  for (std::size_t at = 0; at < std::min(children.size(), kNamed); ++at)
    text += fmt::format("{}{} ({})", at > 0 ? ", " : "", name_of(children[at]), children[at]);
  return children.size() > kNamed ? text + " ..." : text;
}

std::uint64_t resident_bytes_of_tree(pid_t process) {
  static const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t pages = 0;
  std::vector<pid_t> open{process};
  for (std::size_t counted = 0; !open.empty() && counted < kMaxProcessesCounted; ++counted) {
    const pid_t one = open.back();
    open.pop_back();
    std::ifstream file(fmt::format("/proc/{}/statm", one));
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    if (file >> size >> resident) pages += resident;
    for (const pid_t child : children_of(one)) open.push_back(child);
  }
  return pages * page_bytes;
}

}  // namespace rota::inline v1
