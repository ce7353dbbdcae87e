// SPDX-License-Identifier: Apache-2.0
// Runs the tasks of a graph on threads of this process, and keeps no history: for hosts with very many, very short
// tasks. Knows no log, no plan and no policies; runner.h does.
#pragma once

#include <rota/arguments.h>
#include <rota/export.h>
#include <rota/graph.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace rota::inline v1 {

enum class UnloggedState : std::uint8_t {
  not_run,          // the run was stopped before its turn came
  succeeded,        // BaseTask::run() gave true
  failed,           // it gave false, or the task could not be made
  upstream_failed,  // not run: one that it needs, directly or not, failed
};

struct UnloggedFailure {
  TaskIndex task = 0;
  std::string message = {};  // what went wrong
};

struct ROTA_EXPORT UnloggedSummary {
  std::vector<UnloggedState> states = {};      // one for each task of the graph
  std::vector<UnloggedFailure> failures = {};  // ascending by task

  std::size_t count(UnloggedState state) const noexcept;
  bool succeeded() const noexcept;
};

struct UnloggedOptions {
  std::size_t threads = 0;  // at most, the calling one among them; 0: one for each processor
  bool stop_at_first_failure = false;
  std::map<std::string, Arguments> arguments = {};  // by task id
  std::stop_token stop = {};    // no task begins any more; those that run are waited for
  std::stop_token cancel = {};  // those that run are asked to end as well
  std::filesystem::path project_root = {};  // for the tasks; empty: the project of the process
};

// Makes an instance of each task class of the graph and runs it, once, after all that it needs; nothing is up to date.
// Gives the summary, also when tasks failed. Instances are made, run and destroyed on any of the threads. Throws
// ArgumentError for arguments of a task that is not in the graph.
ROTA_EXPORT UnloggedSummary run_unlogged(const Graph& graph, const UnloggedOptions& options = {});

}  // namespace rota::inline v1
