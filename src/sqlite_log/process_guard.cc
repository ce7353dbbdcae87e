// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/process_guard.h"

#include "sqlite_log/sqlite_error.h"

#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace rota::inline v1 {
namespace {

// The process in the upper half, how many logs it has open in the lower: one word, so that no lock is
// needed that a fork could leave locked.
std::atomic<std::uint64_t> open_logs = 0;

constexpr std::uint64_t kCountMask = 0xFFFF'FFFF;

constexpr std::uint64_t pack(pid_t process, std::uint64_t count) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(process)) << 32 | count;
}

}  // namespace

ProcessGuard::ProcessGuard(const std::filesystem::path& log) : pid_(::getpid()) {
  std::uint64_t before = open_logs.load();
  std::uint64_t after = 0;
  do {
    const std::uint64_t count = before & kCountMask;
    if (count > 0 && before != pack(pid_, count)) {
      refuse_log(log, "this process was forked from one that had a log open",
                 "start it with exec or posix_spawn (in Python: the start method 'spawn')");
    }
    after = pack(pid_, count + 1);
  } while (!open_logs.compare_exchange_weak(before, after));
}

ProcessGuard::~ProcessGuard() {
  if (is_same_process()) open_logs.fetch_sub(1);
}

bool ProcessGuard::is_same_process() const noexcept { return ::getpid() == pid_; }

}  // namespace rota::inline v1
