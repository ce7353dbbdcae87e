// SPDX-License-Identifier: Apache-2.0
// How the log's file is kept whole while it is written: by a WAL, or by a rollback journal where several hosts
// may have the file open. Knows nothing of executions.
//
// A file that has once left the WAL stays so, also on a local disk: another host may have it open over the
// network without a lock, and would not see that the shared memory of a WAL counts from now on.
#pragma once

#include "sqlite_log/database.h"

#include <filesystem>

namespace rota::inline v1 {

bool uses_wal(Connection& connection);
// Throws LogError where the file system cannot share memory between programs.
void use_wal(Connection& connection);
// Takes a file out of the WAL without its shared memory; throws LogError while somebody has it open. Done by
// one process at a time.
void leave_wal(const std::filesystem::path& file);

}  // namespace rota::inline v1
