// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/shared_sync.h"

#include "os/process_identity.h"
#include "os/sha256.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <string>

namespace rota::inline v1 {

struct SharedSync::Numbers {
  std::atomic<std::uint64_t> kernel;
  std::atomic<std::uint64_t> committed;
  std::atomic<std::uint64_t> durable;
};

namespace {

constexpr off_t kSize = 3 * sizeof(std::uint64_t);

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

bool SharedSync::make_durable(std::uint64_t commit, const std::function<bool()>& sync) {
  if (kernel_ == 0) return sync();
  const std::lock_guard hold(turn_);
  if (numbers_->kernel != kernel_) return sync();
  if (numbers_->durable >= commit) return true;
  const std::uint64_t last = numbers_->committed;
  if (!sync()) return false;
  numbers_->durable = last;
  return true;
}

}  // namespace rota::inline v1
