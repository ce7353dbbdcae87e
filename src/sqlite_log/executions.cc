// SPDX-License-Identifier: Apache-2.0
// The starts and ends of executions in the SQLite log: one alone, or many in one transaction.
#include "execution_log/execution_rules.h"
#include "os/uuid.h"
#include "sqlite_log/lease.h"
#include "sqlite_log/queries.h"
#include "sqlite_log/sqlite_log.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace rota::inline v1 {

namespace {

void end_execution(Connection& connection, Execution& execution, TimePoint now) {
  execution.finished_sequence = take_sequence(connection);
  end_at(execution, now, execution.started_at);
  update_ended(connection, execution);
}

// For the message that a task is already running.
std::string advice_on_lease(const Owners& owners, const Owner& owner) {
  if (owners.is_judged_here(owner)) return {};
  return fmt::format(
      "; where that host is gone, its execution counts as lost to who tries again after {} seconds",
      kDoubtStands.count());
}

}  // namespace

void lose_execution(Connection& connection, Execution execution, const Owners& owners) {
  execution.end = {};
  execution.end.state = ExecutionState::lost;
  execution.end.message = owners.is_judged_here(execution.owner)
                              ? lost_message(execution.owner)
                              : lease_lost_message(execution.owner);
  execution.epoch += 1;
  end_execution(connection, execution, owners.now());
}

Execution SqliteLog::new_execution(const ExecutionStart& start) const {
  Execution execution;
  execution.task_run_id = make_uuid();
  take_start(execution, start);
  execution.started_at = owners_.now();
  execution.epoch = 1;
  execution.owner = self_;
  return execution;
}

// Gives why it is refused; not thrown, for a doubt of its owner may have been written, which is to stay.
std::string SqliteLog::insert_begun(Connection& connection, Execution& execution) const {
  auto active = select_active(connection, execution.start.task_id, execution.start.arguments);
  if (active) {
    if (!is_owner_gone(connection, *active))
      return already_running_message(*active) + advice_on_lease(owners_, active->owner);
    lose_execution(connection, std::move(*active), owners_);
  }
  execution.started_sequence = take_sequence(connection);
  insert_execution(connection, execution);
  return {};
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
  execution.started_sequence = take_sequence(connection, 2);
  execution.finished_sequence = execution.started_sequence + 1;
  end_at(execution, owners_.now(), TimePoint{});
  insert_execution(connection, execution);
}

ExecutionHandle SqliteLog::begin_execution(const ExecutionStart& start) {
  check_start(start, location());
  Execution execution = new_execution(start);
  execution.end.state = ExecutionState::running;
  std::string refusal;
  write([&](Connection& connection) { refusal = insert_begun(connection, execution); });
  if (!refusal.empty()) throw AlreadyRunningError(refusal);
  lease_keeper_->keep();
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
  check_start(start, location());
  check_whole_end(end, location());
  Execution execution = new_execution(start);
  execution.end = stored_end(end, names_, location());
  write([&](Connection& connection) { insert_whole(connection, execution); });
  return execution.task_run_id;
}

// What is made ready outside of the transaction, so that a bad request never gets into it.
Execution SqliteLog::prepare(const ExecutionChange& change) const {
  if (change.kind != ExecutionChange::Kind::finish) check_start(change.start, location());
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
      if (const std::string refusal = insert_begun(connection, execution); !refusal.empty()) {
        change.error = std::make_exception_ptr(AlreadyRunningError(refusal));
      } else {
        change.handle = {execution.task_run_id, execution.epoch};
        change.done = true;
      }
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
  std::vector<bool> is_bad(changes.size());
  for (std::size_t at = 0; at < changes.size(); ++at) is_bad[at] = changes[at].error != nullptr;
  write([&](Connection& connection) {
    for (std::size_t at = 0; at < changes.size(); ++at) {
      if (is_bad[at]) continue;
      changes[at].error = nullptr;
      changes[at].done = false;
      write_prepared(connection, changes[at], prepared[at]);
    }
  });
  const bool has_begun = std::ranges::any_of(changes, [](const ExecutionChange& change) {
    return change.kind == ExecutionChange::Kind::begin && change.done;
  });
  if (has_begun) lease_keeper_->keep();
} catch (...) {
  for (ExecutionChange& change : changes) {
    change.done = false;
    change.error = std::current_exception();
  }
}

}  // namespace rota::inline v1
