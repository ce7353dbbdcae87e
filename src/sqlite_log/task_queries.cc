// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/task_queries.h"

#include "execution_log/execution_rules.h"

namespace rota::inline v1 {

const char* const queries::kTask =
    "SELECT newest_run, latest_success FROM task WHERE task_id = :task_id";
const char* const queries::kFirstTask = "SELECT task_id FROM task ORDER BY task_id LIMIT 1";
const char* const queries::kNextTask =
    "SELECT task_id FROM task WHERE task_id > :after ORDER BY task_id LIMIT 1";

namespace {

// A success that there was before stays.
constexpr const char* kUpdate =
    "UPDATE task SET newest_run = :newest_run, "
    "latest_success = ifnull(:latest_success, latest_success) WHERE task_id = :task_id";
constexpr const char* kInsert =
    "INSERT INTO task (task_id, newest_run, latest_success) "
    "VALUES (:task_id, :newest_run, :latest_success)";
constexpr const char* kNewestRunOf =
    "SELECT started_sequence FROM execution INDEXED BY execution_task "
    "WHERE task_id = :task_id AND state <= 6 ORDER BY started_sequence DESC LIMIT 1";
constexpr const char* kLatestSuccessOf =
    "SELECT started_sequence FROM execution INDEXED BY execution_task "
    "WHERE task_id = :task_id AND state = 2 ORDER BY finished_sequence DESC LIMIT 1";
constexpr const char* kReplace =
    "UPDATE task SET newest_run = :newest_run, latest_success = :latest_success "
    "WHERE task_id = :task_id";

// True: there was a row.
bool write_row(Connection& connection, const char* sql, std::string_view task_id,
               const TaskRow& task) {
  Statement statement(connection, sql);
  statement.refer(":task_id", task_id).bind(":newest_run", task.newest_run);
  if (task.latest_success != 0) statement.bind(":latest_success", task.latest_success);
  statement.run();
  return connection.changes() > 0;
}

void update_or_insert(Connection& connection, std::string_view task_id, const TaskRow& task) {
  if (!write_row(connection, kUpdate, task_id, task)) write_row(connection, kInsert, task_id, task);
}

TaskRow row_of(const Execution& inserted) {
  const bool is_success = inserted.state() == ExecutionState::success;
  return {inserted.started_sequence, is_success ? inserted.started_sequence : 0};
}

// 0: there is none.
std::int64_t select_of_task(Connection& connection, const char* sql, std::string_view task_id) {
  Statement statement(connection, sql);
  return statement.refer(":task_id", task_id).step() ? statement.integer(0) : 0;
}

}  // namespace

std::optional<TaskRow> select_task(Connection& connection, std::string_view task_id) {
  Statement statement(connection, queries::kTask);
  if (!statement.refer(":task_id", task_id).step()) return std::nullopt;
  return TaskRow{statement.integer(0), statement.integer(1)};  // NULL gives 0
}

std::optional<std::string> select_next_task(Connection& connection,
                                            const std::optional<std::string>& after) {
  Statement statement(connection, after ? queries::kNextTask : queries::kFirstTask);
  statement.bind(":after", after);
  if (!statement.step()) return std::nullopt;
  return statement.text(0);
}

void note_insertion(Connection& connection, const Execution& execution) {
  if (really_ran(execution.state()))
    update_or_insert(connection, execution.start.task_id, row_of(execution));
}

void InsertionNotes::add(const Execution& execution) {
  constexpr std::size_t kMost = 10'000;
  if (!really_ran(execution.state())) return;
  const TaskRow row = row_of(execution);
  TaskRow& task = tasks_[execution.start.task_id];
  task.newest_run = row.newest_run;
  if (row.latest_success != 0) task.latest_success = row.latest_success;
  if (tasks_.size() == kMost) write();
}

void InsertionNotes::write() {
  for (const auto& [task_id, task] : tasks_) update_or_insert(connection_, task_id, task);
  tasks_.clear();
}

void note_end(Connection& connection, const Execution& execution) {
  if (execution.state() != ExecutionState::success) return;
  Statement(connection, "UPDATE task SET latest_success = :success WHERE task_id = :task_id")
      .bind(":success", execution.started_sequence)
      .refer(":task_id", execution.start.task_id)
      .run();
}

void note_removal(Connection& connection, std::string_view task_id, std::int64_t started_sequence) {
  const std::optional<TaskRow> task = select_task(connection, task_id);
  if (!task || (task->newest_run != started_sequence && task->latest_success != started_sequence))
    return;
  const std::int64_t newest = select_of_task(connection, kNewestRunOf, task_id);
  if (newest == 0) {
    Statement(connection, "DELETE FROM task WHERE task_id = :task_id")
        .refer(":task_id", task_id)
        .run();
    return;
  }
  const std::int64_t success = task->latest_success != started_sequence
                                   ? task->latest_success
                                   : select_of_task(connection, kLatestSuccessOf, task_id);
  write_row(connection, kReplace, task_id, {newest, success});
}

}  // namespace rota::inline v1
