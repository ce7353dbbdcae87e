// SPDX-License-Identifier: Apache-2.0
// The files of executions in the log in an SQLite file.
#include "execution_log/execution_rules.h"
#include "sqlite_log/file_queries.h"
#include "sqlite_log/queries.h"
#include "sqlite_log/sqlite_log.h"

namespace rota::inline v1 {

void SqliteLog::track_files(std::string_view task_run_id, FileDirection direction,
                            const std::vector<FileStamp>& files) {
  const std::vector<FileStamp> stored = stored_files(files, names_, location());
  write([&](Connection& connection) {
    const auto started_sequence = select_started_sequence(connection, task_run_id);
    if (!started_sequence) refuse_unknown_run(task_run_id, location());
    if (stored.empty()) return;
    update_changed_sequence(connection, *started_sequence, take_sequence(connection));
    add_files(connection, *started_sequence, direction, stored);
  });
}

std::vector<FileUse> SqliteLog::find_file_uses(const FileUseQuery& query) const {
  const Reading reader(*this);
  return select_file_uses(*reader, query);
}

}  // namespace rota::inline v1
