// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/shared_sync.h"

#include "os/process_identity.h"
#include "os/sha256.h"
#include "os/shared_wait.h"
#include "os/wait_awake.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>
#include <string>

namespace rota::inline v1 {

struct SharedSync::Numbers {
  std::atomic<std::uint64_t> kernel;
  std::atomic<std::uint64_t> committed;
  std::atomic<std::uint64_t> durable;
  std::atomic<std::uint32_t> syncs_ended;
  std::uint32_t unused;
};

namespace {

constexpr off_t kSize = 4 * sizeof(std::uint64_t);
// A sync of a quick disk; who sleeps meanwhile is awake as much later.
constexpr std::chrono::microseconds kQuickSync{200};
// Who was killed while it synced wakes nobody.
constexpr std::chrono::milliseconds kPatience{20};

// Containers have the kernel in common, whatever namespace they have.
std::uint64_t mark_of_running_kernel() {
  const std::string boot_id = this_process().boot_id;
  const std::string_view kernel = std::string_view(boot_id).substr(0, boot_id.find('/'));
  std::uint64_t mark = 0;
  if (!kernel.empty()) std::memcpy(&mark, sha256_of(kernel).data(), sizeof(mark));
  return mark;
}

}  // namespace

SharedSync::SharedSync(const std::filesystem::path& lock_file)
    : turn_(lock_file, FileLock::Part::second), kernel_(mark_of_running_kernel()) {
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free && sizeof(Numbers) == kSize);
  // Room on the disk is taken now: without it, a write to the memory would end the process.
  const bool has_room = ::posix_fallocate(turn_.descriptor(), 0, kSize) == 0;
  void* const memory =
      has_room ? ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, turn_.descriptor(), 0)
               : MAP_FAILED;
  if (memory == MAP_FAILED) {
    kernel_ = 0;
  } else {
    numbers_ = static_cast<Numbers*>(memory);
  }
}

SharedSync::~SharedSync() {
  if (numbers_ != nullptr) ::munmap(numbers_, kSize);
}

std::uint64_t SharedSync::count_commit() noexcept {
  if (kernel_ == 0) return 0;
  if (numbers_->kernel != kernel_) {
    numbers_->committed = 0;
    numbers_->durable = 0;
    numbers_->kernel = kernel_;
  }
  return numbers_->committed += 1;
}

bool SharedSync::is_durable(std::uint64_t commit) const noexcept {
  return numbers_->kernel == kernel_ && numbers_->durable >= commit;
}

bool SharedSync::make_durable(std::uint64_t commit, const std::function<bool()>& sync) {
  if (kernel_ == 0) return sync();
  for (;;) {
    const std::uint32_t syncs_ended = numbers_->syncs_ended;
    if (is_durable(commit)) return true;
    if (turn_.try_lock()) return sync_in_turn(commit, sync);
    const auto has_ended = [&] { return numbers_->syncs_ended != syncs_ended; };
    if (has_come_within(kQuickSync, has_ended)) continue;
    wait_while(numbers_->syncs_ended, syncs_ended, kPatience);
  }
}

// Who waits may take the turn as soon as it is told, so it is given up before.
bool SharedSync::sync_in_turn(std::uint64_t commit, const std::function<bool()>& sync) {
  bool done = true;
  {
    const std::lock_guard hold(turn_, std::adopt_lock);
    if (!is_durable(commit)) {
      const bool is_counted = numbers_->kernel == kernel_;
      const std::uint64_t last = numbers_->committed;
      done = sync();
      if (done && is_counted) numbers_->durable = last;
    }
  }
  numbers_->syncs_ended += 1;
  wake_all(numbers_->syncs_ended);
  return done;
}

}  // namespace rota::inline v1
