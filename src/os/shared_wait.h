// SPDX-License-Identifier: Apache-2.0
// Waiting for a number in memory that processes share, as std::atomic::wait does within one process (futex(2)).
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>
#include <ctime>

namespace rota::inline v1 {

// Comes back when it is no longer `seen`, when it was woken, or after `longest`; or sooner.
inline void wait_while(const std::atomic<std::uint32_t>& number, std::uint32_t seen,
                       std::chrono::milliseconds longest) noexcept {
  const timespec timeout{longest.count() / 1000, longest.count() % 1000 * 1'000'000};
  ::syscall(SYS_futex, &number, FUTEX_WAIT, seen, &timeout, nullptr, 0);
}

inline void wake_all(const std::atomic<std::uint32_t>& number) noexcept {
  ::syscall(SYS_futex, &number, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace rota::inline v1
