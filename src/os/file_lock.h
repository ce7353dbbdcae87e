// SPDX-License-Identifier: Apache-2.0
// A lock between processes, on a file that is there for it alone. Knows nothing of what it protects.
#pragma once

#include "os/unshared_fd.h"

#include <cstdint>
#include <filesystem>

struct flock;

namespace rota::inline v1 {

// An open-file-description lock (fcntl(2)): it excludes other processes and other FileLocks of this one,
// waiters sleep in the kernel, and it ends with the process. A forked child neither holds nor keeps it.
// One thread at a time; satisfies BasicLockable.
class FileLock {
 public:
  // One file has two locks, which know nothing of each other.
  enum class Part : std::uint8_t { first, second };

  // Makes the file (mode 0600) where there is none; refuses a symbolic link and what is no regular file.
  // Throws std::system_error.
  explicit FileLock(const std::filesystem::path& path, Part part = Part::first);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Waits. Throws std::system_error where the file system has no locks, and in a forked child.
  void lock();
  bool try_lock();
  void unlock() noexcept;
  // Of the open file, which stays this lock's.
  int descriptor() const noexcept { return file_.get(); }

 private:
  struct flock range_of(short type) const noexcept;
  bool apply(int command, short type);

  UnsharedFd file_;  // a child would go on holding the lock after its parent was killed
  const Part part_;
};

}  // namespace rota::inline v1
