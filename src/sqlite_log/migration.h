// SPDX-License-Identifier: Apache-2.0
// Makes a file of an older format one of the newest. Knows nothing of what the formats hold.
#pragma once

#include "sqlite_log/log_file.h"

#include <cstdint>
#include <filesystem>

namespace rota::inline v1 {

// "log.db.format-1.bak": the file as it was before it was migrated.
std::filesystem::path copy_before_migration(const std::filesystem::path& log, std::uint32_t format);

// Copies the file, makes the copy durable, and changes the tables in one transaction: a crash leaves the old
// file or the new one, whole. Writers wait meanwhile. Does nothing where another process was quicker. Throws
// LogError; then the file is as it was.
void migrate_log(const LogFile& file);

}  // namespace rota::inline v1
