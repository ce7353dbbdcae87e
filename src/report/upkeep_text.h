// SPDX-License-Identifier: Apache-2.0
// What `rota clean` removed and kept and what `rota verify` found, as text and as JSON (see text.h and json.h).
// Pure functions.
#pragma once

#include <rota/execution_log.h>
#include <rota/export.h>

#include <string>
#include <vector>

namespace rota::inline v1 {

// A line for each execution that goes and each that is kept with the reason, the first 50 of both; last
// "3 executions removed, 1 kept". `dry_run`: what would be.
ROTA_EXPORT std::string cleanup_to_text(const CleanupResult& result, bool dry_run);
// {dry_run, removed: [{task_run_id, task_id, state, started_at, started_sequence}],
//  kept: [the same and reason, path: null unless the reason is makes_existing_file], unknown: [task_run_id]}
ROTA_EXPORT std::string cleanup_to_json(const CleanupResult& result, bool dry_run);

// A line for each finding, the first 100; last "LOCATION: 3 findings", or "LOCATION: sound".
ROTA_EXPORT std::string findings_to_text(const std::string& location,
                                         const std::vector<LogFinding>& findings);
// {location, sound, findings: [{rule, task_run_id: null where it is about none, message}]}
ROTA_EXPORT std::string findings_to_json(const std::string& location,
                                         const std::vector<LogFinding>& findings);

}  // namespace rota::inline v1
