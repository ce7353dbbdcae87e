// SPDX-License-Identifier: Apache-2.0
// Executions in processes of their own: what one does to its process, it does to itself alone.
#pragma once

#include "executor/executor.h"
#include "executor/supervisor_process.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace rota::inline v1 {

struct ProcessExecutorOptions {
  std::size_t slots = 1;
  std::size_t jobs = 0;  // of the job server; 0: as many as slots
  WorkerProgram program = {};
  std::filesystem::path project_root = {};  // output files and the lock are below it
  std::uint64_t max_output_bytes =
      std::uint64_t{16} * 1024 * 1024;  // kept of an execution's output
  // From being asked to end to being killed, for one that took too long.
  std::chrono::milliseconds grace{5000};
};

// Starts the supervisor of the workers at once. Throws std::system_error where the system does not let it.
std::unique_ptr<Executor> make_process_executor(ProcessExecutorOptions options);

}  // namespace rota::inline v1
