// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/reader_turn.h"

#include "sqlite_log/sqlite_error.h"

#include <algorithm>
#include <system_error>
#include <thread>

namespace rota::inline v1 {
namespace {

constexpr int kTurnsWithoutSleep = 8;
constexpr std::chrono::milliseconds kLongestSleep{25};

}  // namespace

bool ReaderTurn::wait(int times_before) noexcept {
  if (times_before == 0) slept_ = {};
  const bool has_waited = wait_for_writer();
  if (has_waited && times_before < kTurnsWithoutSleep) return true;
  const std::chrono::milliseconds sleep =
      std::min(std::chrono::milliseconds(times_before + 1), kLongestSleep);
  std::this_thread::sleep_for(sleep);
  slept_ += sleep;
  return slept_ < std::chrono::seconds(kBusySeconds);
}

// False where there is no such lock, or no right to it.
bool ReaderTurn::wait_for_writer() noexcept try {
  if (!gate_) {
    if (!std::filesystem::exists(lock_file_)) return false;
    gate_.emplace(lock_file_);
  }
  gate_->lock();
  gate_->unlock();
  return true;
} catch (const std::system_error&) {
  return false;
}

}  // namespace rota::inline v1
