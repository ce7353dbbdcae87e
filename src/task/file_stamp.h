// SPDX-License-Identifier: Apache-2.0
// How files are found at one moment, as the log keeps it. Knows nothing of tasks.
#pragma once

#include <rota/execution_log.h>

#include <filesystem>
#include <vector>

namespace rota::inline v1 {

// The stamps of files, each once, in their order; paths inside `root` are made relative to it. A file that
// cannot be looked at is left out, or where `all_must_exist` it is an Error that names it.
std::vector<FileStamp> stamp_files(const std::vector<std::filesystem::path>& files,
                                   const std::filesystem::path& root, bool all_must_exist);

}  // namespace rota::inline v1
