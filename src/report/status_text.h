// SPDX-License-Identifier: Apache-2.0
// What runs now, for a person and as JSON. Pure functions: `now` is when that is.
#pragma once

#include "run_record/run_status.h"
#include <rota/export.h>

#include <string>

namespace rota::inline v1 {

// `rota status`: which run, its figures, then a line for each task that runs or did not succeed.
ROTA_EXPORT std::string status_to_text(const RunStatus& status, TimePoint now);
// {run_id, active, began, ended, owner: {host, pid}, succeeded, failed, not_reached, waiting: null where it is not
//  known, running: [{task_id, task_run_id, since, elapsed, worker, attempt}], unsuccessful: [{task_id, task_run_id,
//  state, message}]}; null where no run is in the log.
ROTA_EXPORT std::string status_to_json(const RunStatus& status, TimePoint now);

}  // namespace rota::inline v1
