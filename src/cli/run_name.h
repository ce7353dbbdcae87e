// SPDX-License-Identifier: Apache-2.0
// An execution as a person names it: its task_run_id, or the beginning of that. Knows no command.
#pragma once

#include <rota/execution_log.h>

#include <string>

namespace rota::cli {

// The whole id. Throws UsageError where there is none, where there are several, which it names, or where fewer
// than 4 characters are given.
std::string find_task_run_id(const ExecutionLog& log, const std::string& name);

// The run with that id, or the only one whose id begins so; the last that came to
// something where `name` is empty. Throws UsageError
// where there is none, or several.
RecordedRun find_run_to_resume(const ExecutionLog& log, const std::string& name);

}  // namespace rota::cli
