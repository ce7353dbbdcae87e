// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/upkeep_queries.h"

#include "sqlite_log/file_queries.h"
#include "sqlite_log/queries.h"
#include "sqlite_log/task_queries.h"

#include <utility>

namespace rota::inline v1 {

const char* const queries::kUpdateFreeFields =
    "UPDATE execution SET notes = coalesce(:notes, notes), tags = coalesce(:tags, tags), "
    "changed_sequence = :changed_sequence WHERE started_sequence = :started_sequence";
const char* const queries::kTaskOf =
    "SELECT task_id FROM execution WHERE started_sequence = :started_sequence";
// Its files go with it.
const char* const queries::kRemove =
    "DELETE FROM execution WHERE started_sequence = :started_sequence";
#define ROTA_SELECT                                                                             \
  "SELECT started_sequence, task_run_id, task_id, state, started_at, finished_at, output_path " \
  "FROM execution "
const char* const queries::kAllByTask =
    ROTA_SELECT "INDEXED BY execution_task ORDER BY task_id DESC, started_sequence DESC";
#undef ROTA_SELECT
const char* const queries::kSuccessesOfTask =
    "SELECT started_sequence FROM execution INDEXED BY execution_task "
    "WHERE task_id = :task_id AND state = 2 ORDER BY finished_sequence DESC";
const char* const queries::kOutputsOf =
    "SELECT path FROM execution_file WHERE started_sequence = :started_sequence AND direction = 1 "
    "ORDER BY position";
const char* const queries::kProducersOf =
    "SELECT file.started_sequence FROM execution_file AS file INDEXED BY execution_file_path "
    "CROSS JOIN execution ON execution.started_sequence = file.started_sequence "
    "WHERE path = :path AND direction = 1 AND state <= 6 ORDER BY file.started_sequence DESC";
const char* const queries::kRunIdsFrom =
    "SELECT task_run_id FROM execution WHERE task_run_id >= :prefix ORDER BY task_run_id";

namespace {

// The first number that the statement gives and that is not left out; 0: none.
std::int64_t first_besides(Statement& statement,
                           const std::function<bool(std::int64_t)>& is_left_out) {
  while (statement.step()) {
    if (!is_left_out(statement.integer(0))) return statement.integer(0);
  }
  return 0;
}

}  // namespace

bool update_free_fields(Connection& connection, std::string_view task_run_id,
                        const RecordUpdate& update) {
  const std::optional<std::int64_t> started = select_started_sequence(connection, task_run_id);
  if (!started || (!update.notes && !update.tags)) return started.has_value();
  const std::int64_t changed = take_sequence(connection);
  Statement(connection, queries::kUpdateFreeFields)
      .bind(":notes", update.notes)
      .bind(":tags", update.tags)
      .bind(":changed_sequence", changed)
      .bind(":started_sequence", *started)
      .run();
  return true;
}

void remove_execution(Connection& connection, std::int64_t started_sequence) {
  std::string task_id;
  {
    Statement task(connection, queries::kTaskOf);
    if (!task.bind(":started_sequence", started_sequence).step()) return;
    task_id = task.text(0);
  }
  Statement(connection, queries::kRemove).bind(":started_sequence", started_sequence).run();
  note_removal(connection, task_id, started_sequence);
}

void for_each_by_task(
    Connection& connection,
    const std::function<void(CleanupEntry, const std::optional<TimePoint>& finished_at)>& take) {
  const auto time_of = [](std::int64_t number) {
    return TimePoint(std::chrono::microseconds(number));
  };
  Statement row(connection, queries::kAllByTask);
  while (row.step()) {
    std::optional<TimePoint> finished_at;
    if (!row.is_null(5)) finished_at = time_of(row.integer(5));
    take({row.text(1), row.text(2), read_state(connection, row.integer(3)), row.integer(0),
          time_of(row.integer(4)), row.text(6)},
         finished_at);
  }
}

std::int64_t select_latest_success_start(Connection& connection, std::string_view task_id,
                                         const std::function<bool(std::int64_t)>& is_left_out) {
  const std::optional<TaskRow> task = select_task(connection, task_id);
  if (!task || task->latest_success == 0) return 0;
  if (!is_left_out(task->latest_success)) return task->latest_success;
  Statement statement(connection, queries::kSuccessesOfTask);
  statement.bind(":task_id", task_id);
  return first_besides(statement, is_left_out);
}

std::vector<std::string> select_output_paths(Connection& connection,
                                             std::int64_t started_sequence) {
  std::vector<std::string> paths;
  Statement statement(connection, queries::kOutputsOf);
  statement.bind(":started_sequence", started_sequence);
  while (statement.step()) paths.push_back(statement.text(0));
  return paths;
}

std::int64_t select_producer(Connection& connection, std::string_view path,
                             const std::function<bool(std::int64_t)>& is_left_out) {
  Statement statement(connection, queries::kProducersOf);
  statement.bind(":path", path);
  return first_besides(statement, is_left_out);
}

std::vector<std::string> select_run_ids(Connection& connection, std::string_view prefix,
                                        std::size_t limit) {
  std::vector<std::string> found;
  Statement statement(connection, queries::kRunIdsFrom);
  statement.bind(":prefix", prefix);
  while (found.size() < limit && statement.step()) {
    std::string run_id = statement.text(0);
    if (!run_id.starts_with(prefix)) break;
    found.push_back(std::move(run_id));
  }
  return found;
}

}  // namespace rota::inline v1
