// SPDX-License-Identifier: Apache-2.0
// The files of executions in SQL. Knows nothing of threads, processes and transactions: the caller holds one
// where several statements belong together.
#pragma once

#include "sqlite_log/database.h"
#include <rota/execution_log.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// All SQL that looks up files, for the test that looks at how SQLite runs it.
namespace queries {
extern const char* const kFiles;
extern const char* const kStartedSequence;
extern const char* const kFileOfExecution;
extern const char* const kLastPosition;
extern const char* const kFileUsesNewestFirst;
extern const char* const kFileUsesOldestFirst;
}  // namespace queries

// The files of the execution that has this started_sequence, into its end.
void select_files(Connection& connection, Execution& execution);
// Files that are named once each, of an execution that has none in this direction yet.
void insert_files(Connection& connection, std::int64_t started_sequence, FileDirection direction,
                  const std::vector<FileStamp>& files);
// The same, of an execution that may have some: a file that it has gets the new stamp.
void add_files(Connection& connection, std::int64_t started_sequence, FileDirection direction,
               const std::vector<FileStamp>& files);
// By which the files of an execution are found; nothing: there is no such execution.
std::optional<std::int64_t> select_started_sequence(Connection& connection,
                                                    std::string_view task_run_id);
// Says that the execution has changed at this moment of the log.
void update_changed_sequence(Connection& connection, std::int64_t started_sequence,
                             std::int64_t changed_sequence);
std::vector<FileUse> select_file_uses(Connection& connection, const FileUseQuery& query);

}  // namespace rota::inline v1
