// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"
#include <rota/worker.h>

#include <csignal>

int main(int argc, char** argv) {
  if (const auto status = rota::run_as_worker(argc, argv)) return *status;
  // A file that may not grow further is an error of the write that met the limit, not the end of the process.
  std::signal(SIGXFSZ, [](int) {});
  return rota::cli::run_command_line(argc, argv);
}
