// SPDX-License-Identifier: Apache-2.0
// Where each task of a graph stands: what its newest execution came to, and whether that still holds. Knows
// nothing of how it is shown.
#pragma once

#include "run_record/past_run.h"
#include <rota/execution_log.h>
#include <rota/export.h>
#include <rota/plan.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

enum class TaskCondition : std::uint8_t {
  up_to_date,   // succeeded, and nothing has changed since
  succeeded,    // succeeded; whether that holds is not asked
  stale,        // succeeded, and would run again
  failed,       // failed, timeout, lost or cancelled
  running,      // has begun and not ended
  not_reached,  // what it needs failed, or the run ended before its turn
  never_ran,
};

// The names are for programs and never change.
ROTA_EXPORT std::string_view to_string(TaskCondition condition) noexcept;

struct TaskStanding {
  TaskCondition condition = TaskCondition::never_ran;
  std::optional<ExecutionState> state = {};  // of the newest execution that really ran
  std::string reason = {};                   // of the plan; empty where none was made

  // For a person, in a few letters: "up to date", or the state.
  ROTA_EXPORT std::string words() const;
};

// Of a task whose newest execution is in that state; `holds`: nothing to do, nullopt: not asked.
TaskCondition condition_of(std::optional<ExecutionState> state, std::optional<bool> holds) noexcept;

// By task of the plan's graph. Looks up each task's newest execution.
ROTA_EXPORT std::vector<TaskStanding> standings_of(const Plan& plan, const ExecutionLog& log);
// The same where no plan can be made.
ROTA_EXPORT std::vector<TaskStanding> standings_of(const Graph& graph, const ExecutionLog& log);
// As each stood at the end of a run: by its last execution there; up to date where it had none, but a success.
ROTA_EXPORT std::vector<TaskStanding> standings_in_run(const PastRun& record, const Graph& graph,
                                                       const ExecutionLog& log);

}  // namespace rota::inline v1
