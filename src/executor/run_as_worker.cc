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
  std::size_t jobs = 0;
  const char* end = word.data() + word.size();
  const auto first = std::from_chars(word.data(), end, runner);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ':') return refuse();
  const auto second = std::from_chars(first.ptr + 1, end, jobs);
  if (second.ec != std::errc() || second.ptr != end) return refuse();
  return supervise_workers(runner, jobs);
}

}  // namespace rota::inline v1
