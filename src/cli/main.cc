// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"
#include <rota/worker.h>

#include <malloc.h>

#include <csignal>
#include <limits>

int main(int argc, char** argv) {
  if (const auto status = rota::run_as_worker(argc, argv)) return *status;
  // With a hundred thousand tasks the heap would grow by 128 KiB some hundreds of times, and shrink in between.
  ::mallopt(M_TOP_PAD, 64 << 20);
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  // A file that may not grow further is an error of the write that met the limit, not the end of the process.
  std::signal(SIGXFSZ, [](int) {});
  return rota::cli::run_command_line(argc, argv);
}
