// SPDX-License-Identifier: Apache-2.0
// A file that is locked as long as a process of a runner lives: the runner, its supervisor, and its workers hold
// it. So that the next runner can wait for what is left of one that was killed. Knows nothing of executions.
#pragma once

#include "os/unshared_fd.h"

#include <chrono>
#include <filesystem>
#include <string>

namespace rota::inline v1 {

class RunnerLock {
 public:
  // Makes and locks the file of this process in `.rota/runners` below the root. Throws std::system_error.
  explicit RunnerLock(const std::filesystem::path& project_root);
  RunnerLock(const RunnerLock&) = delete;
  RunnerLock& operator=(const RunnerLock&) = delete;
  // Removes it, but not in a forked child.
  ~RunnerLock();

  int fd() const noexcept { return file_.get(); }
  // Of its file: no other runner of this project has it.
  const std::string& name() const noexcept { return name_; }

 private:
  UniqueFd folder_;
  std::string name_;
  UnsharedFd file_;
};

inline constexpr std::chrono::seconds kMaxWaitForDeadRunners{15};

// Waits until no process of a runner of this host and project that is dead runs any more, ends those that nobody else
// ends, and removes what they left. Gives why that cannot be said; else an empty text.
std::string wait_for_dead_runners(const std::filesystem::path& project_root,
                                  std::chrono::milliseconds longest = kMaxWaitForDeadRunners);

}  // namespace rota::inline v1
