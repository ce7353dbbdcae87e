// SPDX-License-Identifier: Apache-2.0
// The log's file: where it may be, what it may be, how it is made and opened. Knows nothing of executions.
//
// A file that is refused is left as it was, and so is its folder. A new one is made under another name and
// then renamed, so that under its own name there is a whole log or none.
#pragma once

#include "os/shared_file_system.h"
#include "sqlite_log/database.h"
#include "sqlite_log/format.h"
#include "sqlite_log/lease.h"
#include <rota/execution_log.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace rota::inline v1 {

// What is asked of the system and of this version; tests put other answers in.
struct LogFileRules {
  // The name of the file system of a folder where other hosts may have it too, else empty.
  std::function<std::string(const std::filesystem::path&)> shared_file_system =
      rota::shared_file_system;
  Formats formats = kFormats;
  // As if other processes always waited to write; see Writer.
  bool always_shares_syncs = false;
  std::chrono::milliseconds renew_every = kRenewEvery;  // the leases of active executions
};

struct LogFile {
  std::filesystem::path path;  // absolute; its folder has no symbolic link in it
  bool read_only = false;
  Formats formats = kFormats;
  std::string shared_file_system = {};  // that it is on; empty: one of this host alone
  std::uint32_t newer_format = 0;  // of a file that this version may only read, hence read_only
  bool always_shares_syncs = false;

  // Of the lock that writers queue for.
  std::filesystem::path lock_path() const { return path.native() + ".lock"; }
};

// Finds the file, makes it where it is to be made, migrates it where it is of an older format, and checks
// that it is a log of ours; throws LogError.
LogFile prepare_log_file(const std::filesystem::path& path, const LogOptions& options,
                         const LogFileRules& rules = {});

// A connection for reading. Where the folder cannot be written and there is nothing beside the file, it is
// opened as immutable: then use it once only, for it does not see that someone else writes.
std::unique_ptr<Connection> open_for_reading(const LogFile& file);
// A connection for writing, durable at each commit.
std::unique_ptr<Connection> open_for_writing(const LogFile& file);
// Throws LogError where the file is of a newer format by now. Asked in the transaction that writes.
void check_may_write(Connection& connection, const LogFile& file);

}  // namespace rota::inline v1
