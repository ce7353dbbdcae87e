// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/queries.h"

#include "execution_log/execution_rules.h"
#include "sqlite_log/file_queries.h"
#include "sqlite_log/task_queries.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {

// INDEXED BY makes a statement fail rather than become slow should its index be lost.
#define ROTA_SELECT                                                                                \
  "SELECT started_sequence, task_run_id, task_id, task_type, version, arguments, run_id, reason, " \
  "state, message, metrics, finished_sequence, started_at, finished_at, epoch, owner_host, "       \
  "owner_boot_id, owner_pid, owner_start_ticks, exit_code, signal, output_path, "                  \
  "cpu_microseconds, peak_memory_bytes, notes, tags, imported_fields, changed_sequence, attempt, " \
  "worker, fingerprint FROM execution "

// What no index knows; it is looked at in the rows that an index gives.
#define ROTA_FILTER                                                                         \
  "AND (:run_id IS NULL OR run_id = :run_id) AND (:since IS NULL OR started_at >= :since) " \
  "AND (:until IS NULL OR started_at < :until) "

const char* const queries::kByRunId = ROTA_SELECT "WHERE task_run_id = :task_run_id";
const char* const queries::kLatestSuccess = ROTA_SELECT
    "WHERE started_sequence = (SELECT latest_success FROM task WHERE task_id = :task_id)";
const char* const queries::kLatestRun =
    ROTA_SELECT "WHERE started_sequence = (SELECT newest_run FROM task WHERE task_id = :task_id)";
const char* const queries::kActive = ROTA_SELECT
    "INDEXED BY execution_active "
    "WHERE task_id = :task_id AND arguments = :arguments AND state <= 1";
const char* const queries::kAllActive = ROTA_SELECT "INDEXED BY execution_active WHERE state <= 1";
const char* const queries::kHistory =
    ROTA_SELECT "WHERE started_sequence < :before " ROTA_FILTER "ORDER BY started_sequence DESC";
#define ROTA_OF_TASK ROTA_SELECT "INDEXED BY execution_task WHERE task_id = :task_id "
const char* const queries::kHistoryOfTask =
    ROTA_OF_TASK "AND started_sequence < :before " ROTA_FILTER "ORDER BY started_sequence DESC";
const char* const queries::kHistoryOfTaskAndState =
    ROTA_OF_TASK "AND state = :state AND started_sequence < :before " ROTA_FILTER
                 "ORDER BY started_sequence DESC";
// Most are a success: they are found by going through all.
const char* const queries::kHistoryOfSuccess =
    ROTA_SELECT "NOT INDEXED WHERE state = :state AND started_sequence < :before " ROTA_FILTER
                "ORDER BY started_sequence DESC";
const char* const queries::kHistoryOfOtherState = ROTA_SELECT
    "INDEXED BY execution_state WHERE state <> 2 AND state = :state "
    "AND started_sequence < :before " ROTA_FILTER "ORDER BY started_sequence DESC";
// What was written in one step has the last of its numbers as its last change: both orders are the same.
const char* const queries::kUnchangedSince = ROTA_SELECT
    "NOT INDEXED WHERE started_sequence >= :sequence AND changed_sequence > :sequence "
    "AND changed_sequence <= started_sequence + 1 ORDER BY started_sequence";
const char* const queries::kChangedSince = ROTA_SELECT
    "INDEXED BY execution_changed WHERE changed_sequence > :sequence "
    "AND changed_sequence > started_sequence + 1 ORDER BY changed_sequence";
const char* const queries::kOldestFirst = ROTA_SELECT "ORDER BY started_sequence";
const char* const queries::kOldestFirstOfTask = ROTA_OF_TASK "ORDER BY started_sequence";
const char* const queries::kLatestEnded =
    ROTA_OF_TASK "AND state BETWEEN 2 AND 6 ORDER BY started_sequence DESC LIMIT 1";
#undef ROTA_OF_TASK
#undef ROTA_SELECT
#undef ROTA_FILTER
const char* const queries::kLastSequence = "SELECT sequence FROM log";

namespace {

constexpr const char* kInsert =
    "INSERT INTO execution (started_sequence, changed_sequence, task_run_id, task_id, task_type, "
    "version, "
    "arguments, run_id, reason, state, message, metrics, finished_sequence, started_at, "
    "finished_at, epoch, "
    "owner_host, owner_boot_id, owner_pid, owner_start_ticks, exit_code, signal, output_path, "
    "cpu_microseconds, peak_memory_bytes, notes, tags, imported_fields, attempt, worker, "
    "fingerprint) "
    "VALUES (:started_sequence, :changed_sequence, :task_run_id, :task_id, :task_type, :version, "
    ":arguments, :run_id, :reason, :state, :message, :metrics, :finished_sequence, :started_at, "
    ":finished_at, "
    ":epoch, :owner_host, :owner_boot_id, :owner_pid, :owner_start_ticks, :exit_code, :signal, "
    ":output_path, :cpu_microseconds, :peak_memory_bytes, :notes, :tags, :imported_fields, "
    ":attempt, :worker, :fingerprint)";
const std::string kInsertIfNew = std::string(kInsert) + " ON CONFLICT (task_run_id) DO NOTHING";
constexpr const char* kEnd =
    "UPDATE execution SET state = :state, message = :message, metrics = :metrics, epoch = :epoch, "
    "finished_sequence = :finished_sequence, changed_sequence = :finished_sequence, finished_at = "
    ":finished_at, started_at = :started_at, worker = :worker, exit_code = :exit_code, signal = "
    ":signal, output_path = :output_path, "
    "cpu_microseconds = :cpu_microseconds, peak_memory_bytes = :peak_memory_bytes "
    "WHERE started_sequence = :started_sequence AND state <= 1";

constexpr int kChangedSequenceColumn = 27;

std::int64_t number_of(TimePoint time) { return time.time_since_epoch().count(); }
TimePoint time_of(std::int64_t number) { return TimePoint(std::chrono::microseconds(number)); }

template <class Value>
std::optional<Value> read_optional(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<Value>(row.integer(column));
}

// How the process ended, what it used, and the free fields.
void read_further_columns(const Statement& row, Execution& execution) {
  ExecutionEnd& end = execution.end;
  end.exit_code = read_optional<int>(row, 19);
  end.signal = read_optional<int>(row, 20);
  end.output_path = row.text(21);
  end.cpu_time = read_optional<std::chrono::microseconds>(row, 22);
  end.peak_memory_bytes = read_optional<std::uint64_t>(row, 23);
  execution.notes = row.text(24);
  execution.tags = row.text(25);
  execution.imported_fields = row.is_null(26) ? "{}" : row.text(26);
  execution.changed_sequence = row.integer(kChangedSequenceColumn);
  execution.start.attempt = static_cast<int>(row.integer(28));
  execution.start.worker = static_cast<int>(row.integer(29));  // NULL gives 0
  execution.start.fingerprint = row.text(30);
}

// The row that the statement stands on.
Execution read_execution(Connection& connection, const Statement& row) {
  Execution execution;
  execution.started_sequence = row.integer(0);
  execution.task_run_id = row.text(1);
  execution.start = {row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7)};
  execution.end.state = read_state(connection, row.integer(8));
  execution.end.message = row.text(9);
  execution.end.metrics = row.text(10);
  execution.finished_sequence = row.integer(11);
  execution.started_at = time_of(row.integer(12));
  if (!row.is_null(13)) execution.finished_at = time_of(row.integer(13));
  execution.epoch = row.integer(14);
  execution.owner = {row.text(15), row.text(16), row.integer(17), row.integer(18)};
  if (execution.task_run_id.empty()) connection.fail_as_damaged("an execution has no task_run_id");
  read_further_columns(row, execution);
  // While the row's statement stands, this one reads the same state of the file.
  select_files(connection, execution);
  return execution;
}

const char* history_query(bool of_task, std::optional<ExecutionState> state) {
  if (of_task) return state ? queries::kHistoryOfTaskAndState : queries::kHistoryOfTask;
  if (!state) return queries::kHistory;
  return *state == ExecutionState::success ? queries::kHistoryOfSuccess
                                           : queries::kHistoryOfOtherState;
}

std::optional<Execution> read_one(Connection& connection, Statement& statement) {
  if (!statement.step()) return std::nullopt;
  return read_execution(connection, statement);
}

// Not measured is null, and so is no file.
void bind_process_end(Statement& statement, const ExecutionEnd& end) {
  statement.bind(":exit_code", end.exit_code).bind(":signal", end.signal);
  if (!end.output_path.empty()) statement.refer(":output_path", end.output_path);
  if (end.cpu_time) statement.bind(":cpu_microseconds", end.cpu_time->count());
  if (end.peak_memory_bytes)
    statement.bind(":peak_memory_bytes", static_cast<std::int64_t>(*end.peak_memory_bytes));
}

void bind_end(Statement& statement, const Execution& execution) {
  bind_process_end(statement, execution.end);
  statement.bind(":started_sequence", execution.started_sequence)
      .bind(":state", static_cast<std::int64_t>(execution.end.state))
      .refer(":message", execution.end.message)
      .refer(":metrics", execution.end.metrics)
      .bind(":epoch", execution.epoch)
      .bind(":started_at", number_of(execution.started_at));
  if (execution.start.worker > 0) statement.bind(":worker", std::int64_t{execution.start.worker});
  if (!execution.finished_at) return;
  statement.bind(":finished_sequence", execution.finished_sequence)
      .bind(":finished_at", number_of(*execution.finished_at));
}

}  // namespace

ExecutionState read_state(Connection& connection, std::int64_t number) {
  if (number < 0 || number > static_cast<std::int64_t>(ExecutionState::blocked)) {
    connection.fail_as_damaged(fmt::format("an execution has the state {}", number));
  }
  return static_cast<ExecutionState>(number);
}

std::optional<Execution> select_execution(Connection& connection, std::string_view task_run_id) {
  Statement statement(connection, queries::kByRunId);
  statement.bind(":task_run_id", task_run_id);
  return read_one(connection, statement);
}

std::optional<Execution> select_latest(Connection& connection, std::string_view task_id,
                                       bool success_only) {
  Statement statement(connection, success_only ? queries::kLatestSuccess : queries::kLatestRun);
  statement.bind(":task_id", task_id);
  return read_one(connection, statement);
}

std::optional<Execution> select_active(Connection& connection, std::string_view task_id,
                                       std::string_view arguments) {
  Statement statement(connection, queries::kActive);
  statement.bind(":task_id", task_id).bind(":arguments", arguments);
  return read_one(connection, statement);
}

std::vector<Execution> select_all_active(Connection& connection) {
  std::vector<Execution> active;
  Statement statement(connection, queries::kAllActive);
  while (statement.step()) active.push_back(read_execution(connection, statement));
  std::sort(active.begin(), active.end(), [](const Execution& left, const Execution& right) {
    return left.started_sequence < right.started_sequence;
  });
  return active;
}

void select_history(Connection& connection, const HistoryQuery& query,
                    const std::function<bool(Execution)>& take) {
  if (contradicts_itself(query)) return;
  const std::optional<ExecutionState> state = state_asked_for(query);
  Statement statement(connection, history_query(query.task_id.has_value(), state));
  statement.bind(":before", query.before_sequence == 0 ? std::numeric_limits<std::int64_t>::max()
                                                       : query.before_sequence);
  if (query.task_id) statement.bind(":task_id", *query.task_id);
  if (state) statement.bind(":state", static_cast<std::int64_t>(*state));
  statement.bind(":run_id", query.run_id);
  if (query.since) statement.bind(":since", number_of(*query.since));
  if (query.until) statement.bind(":until", number_of(*query.until));
  while (statement.step() && take(read_execution(connection, statement))) {
  }
}

std::vector<Execution> select_changes(Connection& connection, std::int64_t sequence,
                                      std::size_t limit) {
  std::vector<Execution> changes;
  Statement unchanged(connection, queries::kUnchangedSince);
  Statement changed(connection, queries::kChangedSince);
  bool one_is_unchanged = unchanged.bind(":sequence", sequence).step();
  bool one_is_changed = changed.bind(":sequence", sequence).step();
  while ((one_is_unchanged || one_is_changed) && (limit == 0 || changes.size() < limit)) {
    const bool take_unchanged =
        !one_is_changed || (one_is_unchanged && unchanged.integer(kChangedSequenceColumn) <
                                                    changed.integer(kChangedSequenceColumn));
    changes.push_back(read_execution(connection, take_unchanged ? unchanged : changed));
    (take_unchanged ? one_is_unchanged : one_is_changed) =
        (take_unchanged ? unchanged : changed).step();
  }
  return changes;
}

void select_oldest_first(Connection& connection, const std::optional<std::string>& task_id,
                         const std::function<bool(Execution)>& take) {
  Statement statement(connection, task_id ? queries::kOldestFirstOfTask : queries::kOldestFirst);
  if (task_id) statement.bind(":task_id", *task_id);
  while (statement.step() && take(read_execution(connection, statement))) {
  }
}

std::optional<Execution> select_latest_ended(Connection& connection, std::string_view task_id) {
  Statement statement(connection, queries::kLatestEnded);
  statement.bind(":task_id", task_id);
  return read_one(connection, statement);
}

void set_sequence(Connection& connection, std::int64_t sequence) {
  Statement(connection, "UPDATE log SET sequence = :sequence").bind(":sequence", sequence).run();
}

void delete_all_executions(Connection& connection) {
  Statement(connection, "DELETE FROM task").run();
  Statement(connection, "DELETE FROM execution_file").run();
  Statement(connection, "DELETE FROM execution").run();
}

std::int64_t select_last_sequence(Connection& connection) {
  Statement statement(connection, queries::kLastSequence);
  if (!statement.step()) connection.fail_as_damaged("its sequence is missing");
  return statement.integer(0);
}

std::int64_t take_sequence(Connection& connection, std::int64_t count) {
  const std::int64_t last = select_last_sequence(connection);
  set_sequence(connection, last + count);
  return last + 1;
}

namespace {

// False: there is one of that task_run_id, and the statement is one that lets it be.
bool insert_with(Connection& connection, std::string_view sql, const Execution& execution) {
  {
    Statement statement(connection, sql);
    bind_end(statement, execution);
    const ExecutionStart& start = execution.start;
    statement
        .bind(":changed_sequence",
              std::max({execution.started_sequence, execution.finished_sequence,
                        execution.changed_sequence}))
        .refer(":task_run_id", execution.task_run_id)
        .refer(":task_id", start.task_id)
        .refer(":task_type", start.task_type)
        .refer(":version", start.version)
        .refer(":arguments", start.arguments)
        .refer(":run_id", start.run_id)
        .refer(":reason", start.reason)
        .refer(":owner_host", execution.owner.host)
        .refer(":owner_boot_id", execution.owner.boot_id)
        .bind(":owner_pid", execution.owner.pid)
        .bind(":owner_start_ticks", execution.owner.start_ticks)
        .refer(":notes", execution.notes)
        .refer(":tags", execution.tags)
        .bind(":attempt", std::int64_t{start.attempt})
        .refer(":fingerprint", start.fingerprint);
    if (execution.imported_fields != "{}")
      statement.refer(":imported_fields", execution.imported_fields);
    statement.run();
    if (connection.changes() == 0) return false;
  }
  insert_files(connection, execution.started_sequence, FileDirection::input, execution.end.inputs);
  insert_files(connection, execution.started_sequence, FileDirection::output,
               execution.end.outputs);
  return true;
}

}  // namespace

void insert_execution(Connection& connection, const Execution& execution) {
  insert_with(connection, kInsert, execution);
  note_insertion(connection, execution);
}

void insert_new(Connection& connection, const Execution& execution) {
  insert_with(connection, kInsert, execution);
}

bool insert_if_new(Connection& connection, const Execution& execution) {
  return insert_with(connection, kInsertIfNew, execution);
}

void update_ended(Connection& connection, const Execution& execution) {
  {
    Statement statement(connection, kEnd);
    bind_end(statement, execution);
    statement.run();
  }
  note_end(connection, execution);
  add_files(connection, execution.started_sequence, FileDirection::input, execution.end.inputs);
  add_files(connection, execution.started_sequence, FileDirection::output, execution.end.outputs);
}

}  // namespace rota::inline v1
