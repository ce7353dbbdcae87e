// SPDX-License-Identifier: Apache-2.0
// What the command shows a person: tasks, plans, runs and history as lines of text, each ended by a
// newline. Pure functions of the data; prints nothing. No value can write to the terminal more than
// its characters.
#pragma once

#include <rota/execution_log.h>
#include <rota/export.h>
#include <rota/plan.h>
#include <rota/runner.h>
#include <rota/task_metadata.h>
#include <rota/task_registry.h>

#include <map>
#include <string>
#include <vector>

namespace rota::inline v1 {

// `rota list`: id, type, version and description in columns, ids in byte order; without any it says
// so.
ROTA_EXPORT std::string tasks_to_text(const std::map<std::string, TaskMetadata>& tasks);
// `rota show`: all metadata, a label and a value a line.
ROTA_EXPORT std::string task_to_text(const TaskMetadata& task);
// `rota check`: one line when all is satisfied, else one for each dependency that is not.
ROTA_EXPORT std::string check_to_text(const TaskMetadata& task,
                                      const std::vector<UnsatisfiedDependency>& unsatisfied);
// `rota plan`: what will happen to each task and why; last "5 tasks: 2 to run, 3 up to date".
ROTA_EXPORT std::string plan_to_text(const Plan& plan);
// That last line alone, without its newline.
ROTA_EXPORT std::string plan_summary(const Plan& plan);
// `rota log`: as given (the log gives the newest first), in columns; without any it says so.
ROTA_EXPORT std::string history_to_text(const std::vector<Execution>& executions);
// One execution on a line whose columns stay where they are from one call to the next.
ROTA_EXPORT std::string execution_to_line(const Execution& execution);
// One execution, a label and a value a line.
ROTA_EXPORT std::string execution_to_text(const Execution& execution);
// The end of `rota run`: each task that did not succeed and why, then one line of figures.
ROTA_EXPORT std::string summary_to_text(const RunSummary& summary, const Plan& plan);

}  // namespace rota::inline v1
