// SPDX-License-Identifier: Apache-2.0
// How the log in a file is kept in order, checked and followed.
#include "execution_log/cleanup_pass.h"
#include "execution_log/execution_rules.h"
#include "sqlite_log/file_queries.h"
#include "sqlite_log/log_check.h"
#include "sqlite_log/queries.h"
#include "sqlite_log/read_transaction.h"
#include "sqlite_log/run_queries.h"
#include "sqlite_log/sqlite_log.h"
#include "sqlite_log/upkeep_queries.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace rota::inline v1 {
namespace {

constexpr std::chrono::milliseconds kLookInterval(100);

// What is removed and what is kept; removes nothing.
CleanupResult decide(Connection& connection, const CleanupRule& rule,
                     const std::filesystem::path& project_root, TimePoint now) {
  CleanupPass pass(rule, now, connection.log().native());
  for (const std::string& name : rule.task_run_ids) {
    const std::optional<Execution> execution = select_execution(connection, name);
    pass.add_named(name, execution ? &*execution : nullptr);
  }
  if (!pass.has_rules()) return pass.result();
  const auto is_named = [&](std::int64_t started) { return pass.is_named(started); };
  pass.find_latest_success = [&](const std::string& task_id) {
    return select_latest_success_start(connection, task_id, is_named);
  };
  pass.find_file_made_by = [&](const CleanupEntry& entry) -> std::optional<std::string> {
    for (std::string& path : select_output_paths(connection, entry.started_sequence)) {
      const bool is_newest = select_producer(connection, path, is_named) == entry.started_sequence;
      if (is_newest && may_exist(project_root / path)) return std::move(path);
    }
    return std::nullopt;
  };
  for_each_by_task(connection, [&](CleanupEntry entry, const std::optional<TimePoint>& finished) {
    pass.consider(std::move(entry), finished);
  });
  return pass.result();
}

}  // namespace

bool SqliteLog::update_execution_record(std::string_view task_run_id, const RecordUpdate& update) {
  check_update(update, task_run_id, location());
  bool found = false;
  write(
      [&](Connection& connection) { found = update_free_fields(connection, task_run_id, update); });
  return found;
}

bool SqliteLog::remove_execution_record(std::string_view task_run_id) {
  bool found = false;
  write([&](Connection& connection) {
    const auto started_sequence = select_started_sequence(connection, task_run_id);
    found = started_sequence.has_value();
    if (started_sequence) remove_execution(connection, *started_sequence);
  });
  return found;
}

CleanupResult SqliteLog::cleanup_old_executions(const CleanupRule& rule) {
  CleanupResult result;
  if (rule.dry_run) {
    const Reading reader(*this);
    read_at_once(*reader, [&] { result = decide(*reader, rule, names_.root(), owners_.now()); });
    return result;
  }
  write([&](Connection& connection) {
    result = decide(connection, rule, names_.root(), owners_.now());
    for (const CleanupEntry& entry : result.removed)
      remove_execution(connection, entry.started_sequence);
    delete_unused_runs(connection);
  });
  return result;
}

std::vector<LogFinding> SqliteLog::validate_execution_log() const {
  const ForkGuard::Use use(guard_, "read");
  check_open("read");
  // A connection of its own has no page in memory: it sees what is on the disk. Closing it ends the
  // transaction, which a damaged file may not let it do otherwise.
  const std::unique_ptr<Connection> connection = open_for_reading(file_);
  Statement(*connection, "BEGIN").run();
  return check_log(*connection);
}

std::int64_t SqliteLog::last_sequence() const {
  const Reading reader(*this);
  return select_last_sequence(*reader);
}

std::vector<Execution> SqliteLog::changes_since(std::int64_t sequence, std::size_t limit) const {
  const Reading reader(*this);
  std::vector<Execution> changes;
  read_at_once(*reader, [&] { changes = select_changes(*reader, sequence, limit); });
  for (Execution& execution : changes) show_lost_if_owner_is_dead(execution, owners_);
  return changes;
}

std::vector<Execution> SqliteLog::watch(std::int64_t sequence, std::size_t limit,
                                        std::chrono::milliseconds timeout) const {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end =
      Clock::now() + std::min<std::chrono::milliseconds>(timeout, kLongestWait);
  for (;;) {
    std::vector<Execution> changes = changes_since(sequence, limit);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (!changes.empty() || left.count() <= 0) return changes;
    std::this_thread::sleep_for(std::min(left, kLookInterval));
  }
}

std::vector<std::string> SqliteLog::find_task_run_ids(std::string_view prefix,
                                                      std::size_t limit) const {
  const Reading reader(*this);
  return select_run_ids(*reader, prefix, limit);
}

}  // namespace rota::inline v1
