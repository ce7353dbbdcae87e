// SPDX-License-Identifier: Apache-2.0
// The log's file: where it may be, what it may be, how it is made and opened. Knows nothing of executions.
//
// A file that is refused is left as it was, and so is its folder. A new one is made under another name and
// then renamed, so that under its own name there is a whole log or none.
#pragma once

#include "sqlite_log/database.h"
#include <rota/execution_log.h>

#include <filesystem>
#include <memory>

namespace rota::inline v1 {

struct LogFile {
  std::filesystem::path path;  // absolute; its folder has no symbolic link in it
  bool read_only = false;

  // Of the lock that writers queue for.
  std::filesystem::path lock_path() const { return path.native() + ".lock"; }
};

// Finds the file, makes it where it is to be made, and checks that it is a log of ours; throws LogError.
LogFile prepare_log_file(const std::filesystem::path& path, const LogOptions& options);

// A connection for reading. Where the folder cannot be written and there is nothing beside the file, it is
// opened as immutable: then use it once only, for it does not see that someone else writes.
std::unique_ptr<Connection> open_for_reading(const LogFile& file);
// A connection for writing, durable at each commit.
std::unique_ptr<Connection> open_for_writing(const LogFile& file);

}  // namespace rota::inline v1
