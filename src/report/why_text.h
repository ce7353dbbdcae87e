// SPDX-License-Identifier: Apache-2.0
// Why a task ran or did not: `rota why`. Pure functions.
#pragma once

#include <rota/execution_log.h>
#include <rota/export.h>
#include <rota/plan.h>

#include <optional>
#include <string>

namespace rota::inline v1 {

// What the plan of a run decided about a task.
struct EarlierDecision {
  RecordedRun run = {};
  RecordedStep step = {};
};

struct WhyTask {
  std::string task_id = {};
  std::optional<Execution> newest = {};   // that really ran
  std::optional<Execution> not_run = {};  // newer than that: a run came to it and did not run it
  std::optional<EarlierDecision> last_plan = {};  // the newest plan of a run that has the task
  PlanStep now = {};                              // what a plan would decide now
};

// Three lines under the id, or four: what ran at last and why, why a later run did not run it, what the last plan said,
// what a plan would say now.
ROTA_EXPORT std::string why_to_text(const WhyTask& why);
// {task_id, newest: null or an execution, not_run: the same, last_plan: null or {run_id, plan_hash, started_at, will_run, kind,
//  reason}, now: {will_run, kind, reason, arguments}}
ROTA_EXPORT std::string why_to_json(const WhyTask& why);

}  // namespace rota::inline v1
