// SPDX-License-Identifier: Apache-2.0
// The files of what executions printed. Knows no command.
//
// Only a regular file below the project's .rota/output counts: a log may have been imported, and a report be given away.
#pragma once

#include <rota/execution_log.h>
#include <rota/project.h>

#include <span>
#include <string>

namespace rota::cli {

// The end of one: at most 64 KiB, from the beginning of a line; empty where there is none.
std::string read_output_tail(const std::string& output_path, const Project& project);

// Removes those of executions that the log has no more, and the folders that are empty then. What cannot be removed is
// warned of on stderr.
void remove_output_files(std::span<const CleanupEntry> removed, const Project& project);

}  // namespace rota::cli
