// SPDX-License-Identifier: Apache-2.0
// What happens in a run as JSON, an event a line, each with its newline; docs/reports.md has the schema. Pure
// functions: `at` is when it happened.
//
// Keys are never renamed or taken away; new ones and new events may come.
#pragma once

#include <rota/export.h>
#include <rota/plan.h>
#include <rota/runner.h>

#include <string>
#include <string_view>

namespace rota::inline v1 {

ROTA_EXPORT std::string run_started_event(const Plan& plan, std::string_view run_id, TimePoint at);
ROTA_EXPORT std::string task_started_event(const Plan& plan, const PlanStep& step, TimePoint at);
ROTA_EXPORT std::string task_logged_event(const Plan& plan, const PlanStep& step, LogLevel level,
                                          std::string_view message, TimePoint at);
ROTA_EXPORT std::string task_retried_event(const Plan& plan, const PlanStep& step,
                                           const TaskOutcome& attempt,
                                           std::chrono::milliseconds delay, TimePoint at);
ROTA_EXPORT std::string task_finished_event(const Plan& plan, const PlanStep& step,
                                            const TaskOutcome& outcome, TimePoint at);
ROTA_EXPORT std::string run_finished_event(const RunSummary& summary, TimePoint at);

}  // namespace rota::inline v1
