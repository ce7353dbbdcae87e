// SPDX-License-Identifier: Apache-2.0
// The parts of `rota log`.
#pragma once

#include "cli/command_line.h"
#include <rota/execution_log.h>
#include <rota/project.h>

namespace rota::cli {

// rota log show RUN.
void add_log_show(Command& log, CommandLine& line);

// rota log --follow: prints what the query asks for, oldest start first, and then each execution that begins,
// ends or is changed, until Ctrl-C. Waits for a log that is not there yet. Gives kInterrupted.
int follow_log(const Project& project, const HistoryQuery& query, bool json);

}  // namespace rota::cli
