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
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

enum class ReasonKind : std::uint8_t {
  up_to_date,  // "up to date since T"
  never_ran,   // "never ran"
  failed,      // "failed at T"; also timeout, cancelled, lost and still running, by their names
  version_changed,       // "version 1.1 -> 1.2"
  argument_changed,      // "argument threads changed"
  code_changed,          // "code changed": another build of what its code is in
  input_changed,         // "input X changed", by its content where the log knows a hash of it
  output_changed,        // "output X changed" or "output X is gone"
  dependency_ran_later,  // "dependency Y ran later", also when it will in this plan
  forced,                // "forced"
};

// "up_to_date", "never_ran" ...: the names above.
ROTA_EXPORT std::string_view to_string(ReasonKind kind) noexcept;
ROTA_EXPORT std::optional<ReasonKind> parse_reason_kind(std::string_view name) noexcept;

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
  // The ids of those that may run: the plan is of them alone. What they need besides must have succeeded once:
  // PlanError names all that has not. Nothing: all tasks of the graph.
  std::optional<std::vector<std::string>> only = {};
  // The ids of those that run also where they are up to date.
  std::vector<std::string> forced = {};
  // What relative paths in the log are relative to; empty: the project of the process.
  std::filesystem::path project_root = {};
};

// The steps are in the order of the graph: each after all that it needs.
struct ROTA_EXPORT Plan {
  Graph graph;
  std::vector<PlanStep> steps = {};  // one for each task, steps[i].task == i
  std::string resumes = {};          // run_id of the run that it goes on with; empty: none

  ROTA_EXPORT std::size_t count_to_run() const noexcept;
  // All that was decided and what it was decided of, as text that is equal for equal plans (docs/planning.md):
  // ids, decisions, arguments, versions, fingerprints and what depends on what.
  ROTA_EXPORT std::string to_record() const;
  // Of that text: "sha256:" and 64 hex digits.
  ROTA_EXPORT std::string hash() const;
};

// Throws PlanError for ids of `options` that are not in the graph.
ROTA_EXPORT Plan make_plan(Graph graph, const ExecutionLog& log, const PlanOptions& options = {});

// ---- plans that are kept ----

// One task of a plan as its record has it.
struct RecordedStep {
  std::string task_id = {};
  std::string version = {};
  std::string fingerprint = {};  // empty: not known
  ReasonKind kind = ReasonKind::never_ran;
  std::string reason = {};  // empty where it was up to date
  Arguments arguments = {};
  std::vector<std::string> dependencies = {};  // ids, also of tasks that are not in the plan

  bool will_run() const noexcept { return kind != ReasonKind::up_to_date; }
};

// In the order of the plan. Throws PlanError for a text that is no record of a plan.
ROTA_EXPORT std::vector<RecordedStep> read_plan_record(std::string_view record);

// Writes that a run has begun, with its plan. Nothing where the plan runs nothing: it leaves no trace. Throws
// LogError.
ROTA_EXPORT void begin_run(ExecutionLog& log, const Plan& plan, std::string_view run_id);

// What is left of a run's plan: a new plan of the same tasks with the same arguments; what it was forced to run
// and has not run yet is forced again. Of `options` counts the project root only. Throws PlanError that names
// the run where its plan is not kept, and where tasks of it are gone, depend on others now, or do not take their
// arguments any more.
ROTA_EXPORT Plan resume_plan(const TaskRegistry& registry, const ExecutionLog& log,
                             const RecordedRun& run, const PlanOptions& options = {});

}  // namespace rota::inline v1
