// SPDX-License-Identifier: Apache-2.0
// Where a log may be, and the folders above it. Knows nothing of what is in the file.
#pragma once

#include <rota/execution_log.h>

#include <filesystem>

namespace rota::inline v1 {

// The path as an absolute one whose folder has no symbolic link in it; makes the folder (mode 0700) where
// it is missing, unless the log is to be read only. Throws LogError for what is no path of a file, and
// where a symbolic link inside the project leads out of it.
std::filesystem::path resolve_log_path(const std::filesystem::path& path,
                                       const LogOptions& options);

// Makes durable which files are in the folder. Errors are passed over: some file systems cannot, and then
// do it themselves.
void sync_folder(const std::filesystem::path& folder) noexcept;

}  // namespace rota::inline v1
