// SPDX-License-Identifier: Apache-2.0
// A program as the process that the executor `process` runs tasks in. Knows nothing of tasks.
#pragma once

#include <rota/export.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rota::inline v1 {

// For main(), before it does anything else:
//
//   if (const auto status = rota::run_as_worker(argc, argv)) return *status;
//
// Where the runner has started this program for its workers, it serves until the runner is gone and gives the exit
// status; else it does nothing, and the runner of this process may from now on start it so. A worker has the task
// classes of plugins, and those that ROTA_TASK declares in the program.
ROTA_EXPORT std::optional<int> run_as_worker(int argc, char* const* argv);

// Another program that calls run_as_worker(), for a host that does not: the command `rota` does.
struct WorkerCommand {
  std::filesystem::path program = {};
  std::vector<std::string> words = {};  // before what the runner adds
};

}  // namespace rota::inline v1
