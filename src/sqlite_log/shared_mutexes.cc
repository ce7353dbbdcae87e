// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/shared_mutexes.h"

#include <thread>

namespace rota::inline v1 {
namespace {

constexpr std::chrono::microseconds kPause{100};

}  // namespace

// SQLite takes one while it holds another, in an order that is not told: who waited for one with others in hand could
// wait for ever.
bool SharedMutexes::lock(std::chrono::milliseconds longest) noexcept {
  const auto give_up = std::chrono::steady_clock::now() + longest;
  while (!try_lock()) {
    unlock();
    if (std::chrono::steady_clock::now() >= give_up) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

// Null, where SQLite has none because it is for one thread only, is always free.
bool SharedMutexes::try_lock() noexcept {
  for (const int number : kNumbers) {
    if (::sqlite3_mutex_try(::sqlite3_mutex_alloc(number)) != SQLITE_OK) return false;
    ++locked_;
  }
  return true;
}

void SharedMutexes::unlock() noexcept {
  while (locked_ > 0) ::sqlite3_mutex_leave(::sqlite3_mutex_alloc(kNumbers[--locked_]));
}

}  // namespace rota::inline v1
