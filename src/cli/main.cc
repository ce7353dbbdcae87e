// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"
#include <rota/worker.h>

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace {

// With a hundred thousand tasks the heap would grow by 128 KiB some hundreds of times, and shrink in between. It grows
// at once by what nearly every project needs, and has that in huge pages where the system gives them on request: a
// third of the time with ten thousand tasks went into page faults.
void prepare_heap() {
  constexpr int kGrowth = 64 << 20;
  constexpr std::size_t kFirst = 1 << 20;  // more than is free, so that the heap grows
  constexpr std::uintptr_t kHugePage = 2 << 20;
  ::mallopt(M_TOP_PAD, kGrowth);
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  ::mallopt(M_MMAP_THRESHOLD, 4 << 20);
  void* const first = std::malloc(kFirst);
  const auto begin = (reinterpret_cast<std::uintptr_t>(first) + kHugePage - 1) & ~(kHugePage - 1);
  const auto end = reinterpret_cast<std::uintptr_t>(::sbrk(0));
  if (first != nullptr && begin < end)
    ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  std::free(first);
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto status = rota::run_as_worker(argc, argv)) return *status;
  prepare_heap();
  // A file that may not grow further is an error of the write that met the limit, not the end of the process.
  std::signal(SIGXFSZ, [](int) {});
  return rota::cli::run_command_line(argc, argv);
}
