// SPDX-License-Identifier: Apache-2.0
#include "cli/validate_strays.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <vector>

namespace rota::cli {
namespace {

// Each round ends one generation; one that grows faster than that is left to its fate.
constexpr int kMaxRounds = 100;

std::vector<pid_t> children() {
  std::vector<pid_t> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc/self/task", error), end; !error && at != end;
       at.increment(error)) {
    std::ifstream file(at->path() / "children");
    for (pid_t pid = 0; file >> pid;) found.push_back(pid);
  }
  return found;
}

}  // namespace

StrayProcesses::StrayProcesses() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

StrayProcesses::~StrayProcesses() {
  end_all();
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

void StrayProcesses::end_all() noexcept try {
  for (int round = 0; round < kMaxRounds; ++round) {
    const std::vector<pid_t> found = children();
    if (found.empty()) return;
    for (const pid_t pid : found) ::kill(pid, SIGKILL);
    for (const pid_t pid : found) ::waitpid(pid, nullptr, 0);
  }
} catch (const std::exception&) {
  // They are not known then, and stay.
}

}  // namespace rota::cli
