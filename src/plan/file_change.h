// SPDX-License-Identifier: Apache-2.0
// Whether a file is still as the log has it. Knows no task.
#pragma once

#include <rota/execution_log.h>

#include <filesystem>
#include <string>

namespace rota::inline v1 {

// " changed", " is gone" or " cannot be looked at: why", to follow the file's name; empty: it is
// the same by size and time of change. A relative path is one below `root`.
std::string describe_file_change(const FileStamp& stamp, const std::filesystem::path& root);

}  // namespace rota::inline v1
