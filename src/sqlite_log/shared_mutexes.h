// SPDX-License-Identifier: Apache-2.0
// The mutexes that SQLite has for all its users in a process, to be held over a fork: one that another thread, of
// Rota or of the host, held then would stay locked in the child for ever. Knows nothing of logs.
#pragma once

#include <sqlite3.h>

#include <array>
#include <chrono>

namespace rota::inline v1 {

class SharedMutexes {
 public:
  // All of them, or none: false when some were not free for so long.
  bool lock(std::chrono::milliseconds longest) noexcept;
  // Those that lock() took, on the same thread; also in a forked child.
  void unlock() noexcept;

 private:
  bool try_lock() noexcept;

  // https://www.sqlite.org/c3ref/c_mutex_fast.html: of these the application has no use.
  static constexpr std::array kNumbers = {
      SQLITE_MUTEX_STATIC_MAIN, SQLITE_MUTEX_STATIC_MEM,  SQLITE_MUTEX_STATIC_OPEN,
      SQLITE_MUTEX_STATIC_PRNG, SQLITE_MUTEX_STATIC_LRU,  SQLITE_MUTEX_STATIC_PMEM,
      SQLITE_MUTEX_STATIC_VFS1, SQLITE_MUTEX_STATIC_VFS2, SQLITE_MUTEX_STATIC_VFS3};

  std::size_t locked_ = 0;  // so many of them, from the first on
};

}  // namespace rota::inline v1
