// SPDX-License-Identifier: Apache-2.0
// Keeps SQLite out of forked children. Knows nothing of what is in a log.
//
// SQLite counts the locks of a process in memory, which a fork copies, while the locks themselves are not
// inherited: a child that used it would write without any. So a child may use neither what its parent had
// open nor open a log itself, as long as the parent had one open at the fork. A program started by exec
// begins afresh.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace rota::inline v1 {

class ProcessGuard {
 public:
  // Counts a log as open in this process. Throws LogError in a child of a process that had one open.
  explicit ProcessGuard(const std::filesystem::path& log);
  ProcessGuard(const ProcessGuard&) = delete;
  ProcessGuard& operator=(const ProcessGuard&) = delete;
  ~ProcessGuard();

  // False in a forked child.
  bool is_same_process() const noexcept;

 private:
  pid_t pid_;
};

}  // namespace rota::inline v1
