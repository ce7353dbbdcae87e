// SPDX-License-Identifier: Apache-2.0
// What the command gives a program: JSON (RFC 8259), ended by a newline; of a list each element is
// a line. Moments are UTC as in time_text.h, durations seconds. Text that is not UTF-8 gets U+FFFD.
// Pure functions.
//
// Keys are never renamed or taken away; new ones may come.
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

// {task_id, task_type, description, version, class_name, module, dependencies, author,
//  parameters: [{name, type, default_value, required, description}], tags: {}}
ROTA_EXPORT std::string task_to_json(const TaskMetadata& task);
ROTA_EXPORT std::string tasks_to_json(const std::map<std::string, TaskMetadata>& tasks);
// {task_id, satisfied, unsatisfied: [{task_id, latest: null or an execution}]}
ROTA_EXPORT std::string check_to_json(const TaskMetadata& task,
                                      const std::vector<UnsatisfiedDependency>& unsatisfied);
// {tasks, to_run, up_to_date, plan_hash, steps: [{task_id, will_run, kind, reason, arguments, dependencies}]}
ROTA_EXPORT std::string plan_to_json(const Plan& plan);
// {task_id, task_type, task_run_id, state, success, execution_time, started_at, finished_at,
//  version, arguments, run_id, reason, message, input_files, output_files, metrics, owner,
//  started_sequence, finished_sequence, changed_sequence, exit_code, signal, output_path, cpu_time,
//  peak_memory_bytes, notes, tags, imported_fields}; a file is
//  {path, size_bytes, mtime_nanoseconds, content_hash: "" where it is not known}
ROTA_EXPORT std::string execution_to_json(const Execution& execution);
// The same on one line.
ROTA_EXPORT std::string execution_to_json_line(const Execution& execution);
ROTA_EXPORT std::string history_to_json(const std::vector<Execution>& executions);
// {run_id, succeeded, log_failed, already_running, interrupted, execution_time, counts: {state: n},
//  outcomes: [{task_id, state, task_run_id, execution_time, message}]}
ROTA_EXPORT std::string summary_to_json(const RunSummary& summary, const Plan& plan);

}  // namespace rota::inline v1
