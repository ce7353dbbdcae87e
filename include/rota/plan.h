// SPDX-License-Identifier: Apache-2.0
// The frozen decision what will run, what not, and why. Looks at the log once, when it is made, and runs
// nothing.
#pragma once

#include <rota/arguments.h>
#include <rota/execution_log.h>
#include <rota/export.h>
#include <rota/graph.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace rota::inline v1 {

enum class ReasonKind : std::uint8_t {
  up_to_date,  // "up to date since T"
  never_ran,   // "never ran"
  failed,      // "failed at T"; also timeout, cancelled, lost and still running, by their names
  version_changed,       // "version 1.1 -> 1.2"
  argument_changed,      // "argument threads changed"
  input_changed,         // "input X changed"
  output_changed,        // "output X changed" or "output X is gone"
  dependency_ran_later,  // "dependency Y ran later", also when it will in this plan
  forced,                // "forced"
};

struct PlanStep {
  TaskIndex task = 0;
  ReasonKind kind = ReasonKind::never_ran;
  std::string reason = {};  // for a person, as quoted above
  Arguments arguments = {};

  bool will_run() const noexcept { return kind != ReasonKind::up_to_date; }
};

struct PlanOptions {
  bool force = false;  // run everything
  // Arguments by task id. Throws ArgumentError where they do not fit what the task class declares.
  std::map<std::string, Arguments> arguments = {};
  // What relative paths in the log are relative to; empty: the project of the process.
  std::filesystem::path project_root = {};
};

// The steps are in the order of the graph: each after all that it needs.
struct ROTA_EXPORT Plan {
  Graph graph;
  std::vector<PlanStep> steps = {};  // one for each task, steps[i].task == i

  ROTA_EXPORT std::size_t count_to_run() const noexcept;
};

ROTA_EXPORT Plan make_plan(Graph graph, const ExecutionLog& log, const PlanOptions& options = {});

}  // namespace rota::inline v1
