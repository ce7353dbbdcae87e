// SPDX-License-Identifier: Apache-2.0
#include "executor/run_as_worker.h"

#include "executor/supervisor_process.h"
#include "executor/worker_supervisor.h"
#include <rota/worker.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <string_view>

namespace rota::inline v1 {
namespace {

std::atomic<bool> is_worker_program{false};

constexpr int kUsage = 2;

int refuse() {
  std::fputs("this is a part of a runner of tasks, which did not start it\n", stderr);
  return kUsage;
}

}  // namespace

bool can_run_as_worker() noexcept { return is_worker_program; }

std::optional<int> run_as_worker(int argc, char* const* argv) {
  is_worker_program = true;
  if (argc < 2) return std::nullopt;
  std::string_view word = argv[argc - 1];
  constexpr std::string_view kOption = kSupervisorOption;
  if (!word.starts_with(kOption)) return std::nullopt;
  word.remove_prefix(kOption.size());
  pid_t runner = 0;
  const char* end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data(), end, runner);
  if (parsed.ec != std::errc() || parsed.ptr != end) return refuse();
  return supervise_workers(runner);
}

}  // namespace rota::inline v1
