// SPDX-License-Identifier: Apache-2.0
// Import into the log, and a snapshot of it.
#include "execution_log/execution_rules.h"
#include "execution_log/imported.h"
#include "sqlite_log/deferred_indexes.h"
#include "sqlite_log/file_queries.h"
#include "sqlite_log/queries.h"
#include "sqlite_log/read_transaction.h"
#include "sqlite_log/run_queries.h"
#include "sqlite_log/sqlite_log.h"
#include "sqlite_log/task_queries.h"
#include "sqlite_log/upkeep_queries.h"

namespace rota::inline v1 {
namespace {

// Of one connection, inside of a transaction.
class SqliteSnapshot final : public LogSnapshot {
 public:
  SqliteSnapshot(Connection& connection, const Owners& owners)
      : connection_(connection), owners_(owners) {}

  void for_each_execution(const ExecutionFilter& filter,
                          const std::function<bool(const Execution&)>& take) const override {
    select_oldest_first(connection_, filter.task_id, [&](Execution execution) {
      show_lost_if_owner_is_dead(execution, owners_);
      const bool is_asked_for = !filter.state || execution.state() == *filter.state;
      return !is_asked_for || take(execution);
    });
  }
  void for_each_latest_execution(const std::function<bool(const Execution&)>& take) const override {
    std::optional<std::string> task_id = select_next_task(connection_, std::nullopt);
    for (; task_id; task_id = select_next_task(connection_, task_id)) {
      const auto latest = select_latest_ended(connection_, *task_id);
      if (latest && !take(*latest)) return;
    }
  }

 private:
  Connection& connection_;
  const Owners& owners_;
};

void remove_all(Connection& connection, const Owners& owners) {
  for (const Execution& active : select_all_active(connection)) {
    if (!owners.is_dead(active.owner)) throw AlreadyRunningError(cannot_replace_message(active));
  }
  delete_all_executions(connection);
  delete_all_runs(connection);
}

// False: there is one of that task_run_id.
bool insert(Connection& connection, DeferredIndexes& indexes, const Execution& execution) {
  if (!indexes.is_surely_new(execution.task_run_id)) return insert_if_new(connection, execution);
  insert_new(connection, execution);
  return true;
}

}  // namespace

void SqliteLog::import_executions(ImportMode mode,
                                  const std::function<void(const AddExecution&)>& produce) {
  const ForkGuard::Use use(guard_, "write");
  writer().write_alone([&](Connection& connection) {
    if (mode == ImportMode::replace) remove_all(connection, owners_);
    const std::int64_t before = select_last_sequence(connection);
    std::int64_t sequence = before;
    InsertionNotes notes(connection);
    DeferredIndexes indexes(connection);
    produce([&](Execution& execution) {
      check_whole(execution, location());
      name_as_stored(execution.end.inputs, names_, location());
      name_as_stored(execution.end.outputs, names_, location());
      execution.end.duration = std::nullopt;  // its times are given
      execution.end.worker = 0;
      execution.started_sequence = sequence + 1;
      execution.finished_sequence = sequence + 2;
      execution.epoch = 1;
      if (insert(connection, indexes, execution)) {
        sequence += 2;
        notes.add(execution);
        indexes.count_one();
        return ImportAnswer{ImportedAs::added};
      }
      const Execution there = select_execution(connection, execution.task_run_id).value();
      if (there.started_sequence > before) return ImportAnswer{ImportedAs::repeated};
      return compare_imported(there, execution);
    });
    notes.write();
    indexes.create();
    set_sequence(connection, sequence);
  });
}

void SqliteLog::read_snapshot(const std::function<void(const LogSnapshot&)>& read) const {
  const Reading reader(*this);
  read_at_once(*reader, [&] { read(SqliteSnapshot(*reader, owners_)); });
}

}  // namespace rota::inline v1
