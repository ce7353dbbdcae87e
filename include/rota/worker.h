// SPDX-License-Identifier: Apache-2.0
// A program as the process that the executor `process` runs tasks in.
#pragma once

#include <rota/export.h>
#include <rota/task_class.h>

#include <filesystem>
#include <functional>
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

// The workers of tasks that are written in Python: `python3 -m rota._worker`, with the Python that ROTA_PYTHON names,
// else that of PATH. Runs the tasks of plugins as well. Throws PlanError where there is no Python.
ROTA_EXPORT WorkerCommand python_worker_command();

// Gives a worker the task class of a source file (*.py), for an order of the runner: the file, its
// TaskClass::location_identity() and the task's id. Null, or what it throws: `problem`, or the exception, says why.
using SourceLoader =
    std::function<TaskClassPtr(const std::string& file, const std::string& identity,
                               const std::string& task_id, std::string& problem)>;

// For a worker's program that can run sources, before run_as_worker(); an empty one takes it away. It is called by one
// thread at a time. Without one, tasks of sources fail in this program's workers.
ROTA_EXPORT void set_source_loader(SourceLoader loader);

}  // namespace rota::inline v1
