// SPDX-License-Identifier: Apache-2.0
// The end of what an execution printed. Knows no command.
#pragma once

#include <rota/project.h>

#include <string>

namespace rota::cli {

// At most 64 KiB, from the beginning of a line; empty where there is none. Only a regular file below the
// project's .rota/output is read: a log may have been imported, and a report be given away.
std::string read_output_tail(const std::string& output_path, const Project& project);

}  // namespace rota::cli
