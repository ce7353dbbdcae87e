// SPDX-License-Identifier: Apache-2.0
// The files of what executions printed. Knows no command.
//
// A log may have been imported, and a report be given away: only a regular file below the project's .rota/output
// counts, and no symbolic link on the way to it is followed. Of a path that leads there from somewhere else, as in a
// project that was moved, counts what follows .rota/output.
#pragma once

#include <rota/execution_log.h>
#include <rota/project.h>

#include <span>
#include <string>

namespace rota::cli {

// The end of one: at most 64 KiB, from the beginning of a line; empty where there is none.
std::string read_output_tail(const std::string& output_path, const Project& project);

// Removes those of executions that were removed from the log, and folders of runs that are empty then; but none that an
// execution in the log still names. What cannot be removed is warned of on stderr.
void remove_output_files(std::span<const CleanupEntry> removed, const ExecutionLog& log,
                         const Project& project);

}  // namespace rota::cli
