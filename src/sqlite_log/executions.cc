// SPDX-License-Identifier: Apache-2.0
// The starts and ends of executions in the SQLite log: one alone, or many in one transaction.
#include "execution_log/execution_rules.h"
#include "os/uuid.h"
#include "sqlite_log/queries.h"
#include "sqlite_log/sqlite_log.h"

#include <vector>

namespace rota::inline v1 {

void end_execution(Connection& connection, Execution& execution, TimePoint now) {
  execution.finished_sequence = take_sequence(connection);
  execution.finished_at = now;
  update_ended(connection, execution);
}

void lose_execution(Connection& connection, Execution execution, TimePoint now) {
  execution.end = {};
  execution.end.state = ExecutionState::lost;
  execution.end.message = lost_message(execution.owner);
  execution.epoch += 1;
  end_execution(connection, execution, now);
}

Execution SqliteLog::new_execution(const ExecutionStart& start) const {
  Execution execution;
  execution.task_run_id = make_uuid();
  execution.start = start;
  execution.started_at = owners_.now();
  execution.epoch = 1;
  execution.owner = self_;
  return execution;
}

// Refuses before it writes anything.
void SqliteLog::insert_begun(Connection& connection, Execution& execution) const {
  auto active = select_active(connection, execution.start.task_id, execution.start.arguments);
  if (active) {
    if (!owners_.is_dead(active->owner))
      throw AlreadyRunningError(already_running_message(*active));
    lose_execution(connection, std::move(*active), owners_.now());
  }
  execution.started_sequence = take_sequence(connection);
  insert_execution(connection, execution);
}

bool SqliteLog::write_end(Connection& connection, const ExecutionHandle& handle,
                          const ExecutionEnd& stored) const {
  std::optional<Execution> execution = select_execution(connection, handle.task_run_id);
  if (!execution || execution->epoch != handle.epoch || !is_active(execution->state()))
    return false;
  execution->end = stored;
  end_execution(connection, *execution, owners_.now());
  return true;
}

void SqliteLog::insert_whole(Connection& connection, Execution& execution) const {
  execution.started_sequence = take_sequence(connection);
  execution.finished_sequence = take_sequence(connection);
  execution.finished_at = owners_.now();
  insert_execution(connection, execution);
}

ExecutionHandle SqliteLog::begin_execution(const ExecutionStart& start) {
  Execution execution = new_execution(start);
  execution.end.state = ExecutionState::running;
  write([&](Connection& connection) { insert_begun(connection, execution); });
  return {execution.task_run_id, execution.epoch};
}

bool SqliteLog::finish_execution(const ExecutionHandle& handle, const ExecutionEnd& end) {
  check_end_of_begun(end, location());
  const ExecutionEnd stored = stored_end(end, names_, location());
  bool finished = false;
  write([&](Connection& connection) { finished = write_end(connection, handle, stored); });
  return finished;
}

std::string SqliteLog::record_task_execution(const ExecutionStart& start, const ExecutionEnd& end) {
  check_whole_end(end, location());
  Execution execution = new_execution(start);
  execution.end = stored_end(end, names_, location());
  write([&](Connection& connection) { insert_whole(connection, execution); });
  return execution.task_run_id;
}

// What is made ready outside of the transaction, so that a bad request never gets into it.
Execution SqliteLog::prepare(const ExecutionChange& change) const {
  if (change.kind == ExecutionChange::Kind::begin) {
    Execution execution = new_execution(change.start);
    execution.end.state = ExecutionState::running;
    return execution;
  }
  const bool is_whole = change.kind == ExecutionChange::Kind::record;
  is_whole ? check_whole_end(change.end, location()) : check_end_of_begun(change.end, location());
  Execution execution = is_whole ? new_execution(change.start) : Execution();
  execution.end = stored_end(change.end, names_, location());
  return execution;
}

void SqliteLog::write_prepared(Connection& connection, ExecutionChange& change,
                               Execution& execution) const {
  switch (change.kind) {
    case ExecutionChange::Kind::begin:
      insert_begun(connection, execution);
      change.handle = {execution.task_run_id, execution.epoch};
      change.done = true;
      break;
    case ExecutionChange::Kind::finish:
      change.done = write_end(connection, change.handle, execution.end);
      break;
    case ExecutionChange::Kind::record:
      insert_whole(connection, execution);
      change.handle.task_run_id = execution.task_run_id;
      change.done = true;
      break;
  }
}

void SqliteLog::write_executions(std::span<ExecutionChange> changes) noexcept try {
  std::vector<Execution> prepared(changes.size());
  for (std::size_t at = 0; at < changes.size(); ++at) {
    try {
      prepared[at] = prepare(changes[at]);
    } catch (...) {
      changes[at].error = std::current_exception();
    }
  }
  write([&](Connection& connection) {
    for (std::size_t at = 0; at < changes.size(); ++at) {
      if (changes[at].error) continue;
      try {
        write_prepared(connection, changes[at], prepared[at]);
      } catch (const AlreadyRunningError&) {
        changes[at].error = std::current_exception();
      }
    }
  });
} catch (...) {
  for (ExecutionChange& change : changes) {
    change.done = false;
    change.error = std::current_exception();
  }
}

}  // namespace rota::inline v1
