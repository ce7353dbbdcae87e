// SPDX-License-Identifier: Apache-2.0
// How the processes that write one log share their waits for the disk. Knows nothing of SQLite.
//
// Each commit gets a number, under the lock that lets one process commit at a time. A process that needs its
// commit to be durable syncs where no other does, or waits for the end of that one's sync, which wakes all that wait
// at once. The two numbers, of the last commit and of the last that is durable, are in memory that the processes
// share: in the file of their locks, with a mark of the running kernel, so that nothing is believed that was written
// before a loss of power.
#pragma once

#include "os/file_lock.h"

#include <cstdint>
#include <filesystem>
#include <functional>

namespace rota::inline v1 {

class SharedSync {
 public:
  // Where there is no memory to share, each process syncs for itself. Throws std::system_error as FileLock does.
  explicit SharedSync(const std::filesystem::path& lock_file);
  SharedSync(const SharedSync&) = delete;
  SharedSync& operator=(const SharedSync&) = delete;
  ~SharedSync();

  // Counts a commit that is not durable yet, and gives its number. By who holds the lock for commits.
  std::uint64_t count_commit() noexcept;
  // Comes back when that commit is durable: because another process has synced since, or by `sync`, which
  // makes all that was committed before it durable, and gives false when the disk fails; false then.
  bool make_durable(std::uint64_t commit, const std::function<bool()>& sync);

 private:
  struct Numbers;

  bool is_durable(std::uint64_t commit) const noexcept;
  bool sync_in_turn(std::uint64_t commit, const std::function<bool()>& sync);

  FileLock turn_;
  Numbers* numbers_ = nullptr;
  std::uint64_t kernel_ = 0;  // the mark of the running one; 0: not known, and nothing is shared
};

}  // namespace rota::inline v1
