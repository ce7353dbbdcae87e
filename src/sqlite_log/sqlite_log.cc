// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/sqlite_log.h"

#include "execution_log/execution_rules.h"
#include "sqlite_log/journal.h"
#include "sqlite_log/lease.h"
#include "sqlite_log/lease_queries.h"
#include "sqlite_log/past_queries.h"
#include "sqlite_log/queries.h"
#include "sqlite_log/read_transaction.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

std::filesystem::path root_of(const LogFile& file, const LogOptions& options) {
  if (!options.project_root.empty()) return options.project_root;
  const std::filesystem::path folder = file.path.parent_path();
  return folder.filename() == ".rota" ? folder.parent_path() : folder;
}

}  // namespace

SqliteLog::SqliteLog(const std::filesystem::path& path, const LogOptions& options, Owners owners,
                     const LogFileRules& rules)
    : guard_(path),
      file_(prepare_log_file(path, options, rules)),
      names_(root_of(file_, options)),
      owners_(std::move(owners)),
      renew_every_(rules.renew_every),
      self_(owners_.current()),
      readers_(std::make_unique<ReaderPool>(file_)),
      writer_(file_.read_only ? nullptr : std::make_unique<Writer>(file_)),
      lease_keeper_(file_.read_only ? nullptr : make_lease_keeper()) {
  readers_->take();  // a file that cannot be read is found now
  guard_.be_ready({[this] { close_files(); }, [this] { begin_in_child(); }});
}

SqliteLog::~SqliteLog() {
  if (guard_.is_usable()) {
    close();
  } else {
    // The threads are not in this process, and SQLite must not touch the parent's file from here.
    (void)lease_keeper_.release();
    (void)writer_.release();
    (void)readers_.release();
  }
}

void SqliteLog::close() noexcept {
  if (!guard_.is_usable() || closed_.exchange(true)) return;
  if (lease_keeper_ != nullptr) lease_keeper_->stop();
  const ForkGuard::Use use(guard_, "close");
  readers_->close();
  if (writer_ != nullptr) writer_->finish();  // the last to close: it brings the file up to date
}

void SqliteLog::close_files() noexcept {
  readers_->close_idle();
  if (writer_ != nullptr) writer_->close_file();
}

void SqliteLog::begin_in_child() {
  self_ = owners_.current();
  if (lease_keeper_ == nullptr) return;
  std::unique_ptr<LeaseKeeper> own = make_lease_keeper();
  (void)lease_keeper_.release();  // a thread that is not in this process may wait in it for ever
  lease_keeper_ = std::move(own);
}

std::unique_ptr<LeaseKeeper> SqliteLog::make_lease_keeper() {
  return std::make_unique<LeaseKeeper>([this] { return renew_leases(); }, renew_every_);
}

void SqliteLog::check_open(std::string_view verb) const {
  if (closed_) {
    throw LogError(log_error_message(
        verb, file_.path, "it is closed, because the program is ending", "use it before that"));
  }
}

ReaderPool& SqliteLog::readers() const {
  check_open("read");
  return *readers_;
}

void SqliteLog::write(const Writer::Work& work) {
  const ForkGuard::Use use(guard_, "write");
  writer().write(work);
}

Writer& SqliteLog::writer() {
  check_open("write");
  if (file_.newer_format != 0) {
    throw LogError(log_error_message(
        "write", file_.path,
        fmt::format("it has the newer format {}, which this version of Rota may only read",
                    file_.newer_format),
        "use the newer version"));
  }
  if (file_.read_only) {
    throw LogError(log_error_message("write", file_.path, "it was opened for reading only",
                                     "open it without read_only"));
  }
  return *writer_;
}

bool SqliteLog::is_owner_gone(Connection& connection, const Execution& active) const {
  if (owners_.is_judged_here(active.owner)) return owners_.is_dead(active.owner);
  const auto lease = select_lease(connection, active.started_sequence);
  const std::uint32_t self = doubter_of(self_);
  const std::chrono::milliseconds since_boot = owners_.since_boot();
  const LeaseState state = judge_lease(lease, self, since_boot);
  if (state == LeaseState::to_doubt)
    update_lease(connection, active.started_sequence, doubt(self, since_boot));
  return state == LeaseState::gone;
}

bool SqliteLog::renew_leases() {
  std::size_t renewed = 0;
  write([&](Connection& connection) {
    renewed = rota::renew_leases(connection, self_, owners_.now());
  });
  return renewed > 0;
}

std::size_t SqliteLog::mark_lost_executions() {
  std::size_t count = 0;
  write([&](Connection& connection) {
    count = 0;
    for (Execution& execution : select_all_active(connection)) {
      if (!is_owner_gone(connection, execution)) continue;
      lose_execution(connection, std::move(execution), owners_);
      ++count;
    }
  });
  return count;
}

std::vector<Execution> SqliteLog::get_task_execution_history(const HistoryQuery& query) const {
  const Reading reader(*this);
  if (contradicts_itself(query)) return {};
  if (state_asked_for(query) == ExecutionState::lost) return lost_history(*reader, query);
  std::vector<Execution> history;
  select_history(*reader, query, [&](Execution execution) {
    show_lost_if_owner_is_dead(execution, owners_);
    if (is_asked_for(execution, query)) history.push_back(std::move(execution));
    return query.limit == 0 || history.size() < query.limit;
  });
  return history;
}

// Those that are written as lost, and among the few active ones those that are shown so.
std::vector<Execution> SqliteLog::lost_history(Connection& connection,
                                               const HistoryQuery& query) const {
  std::vector<Execution> history;
  read_at_once(connection, [&] {
    for (Execution& execution : select_all_active(connection)) {
      show_lost_if_owner_is_dead(execution, owners_);
      if (is_asked_for(execution, query)) history.push_back(std::move(execution));
    }
    std::size_t written = 0;
    select_history(connection, query, [&](Execution execution) {
      history.push_back(std::move(execution));
      return ++written != query.limit;
    });
  });
  std::sort(history.begin(), history.end(), [](const Execution& left, const Execution& right) {
    return left.started_sequence > right.started_sequence;
  });
  if (query.limit != 0 && history.size() > query.limit) history.resize(query.limit);
  return history;
}

std::optional<Execution> SqliteLog::find_latest_execution(std::string_view task_id,
                                                          bool success_only) const {
  const Reading reader(*this);
  std::optional<Execution> latest = select_latest(*reader, task_id, success_only);
  if (latest) show_lost_if_owner_is_dead(*latest, owners_);
  return latest;
}

std::optional<Execution> SqliteLog::find_execution(std::string_view task_run_id) const {
  const Reading reader(*this);
  std::optional<Execution> execution = select_execution(*reader, task_run_id);
  if (execution) show_lost_if_owner_is_dead(*execution, owners_);
  return execution;
}

void SqliteLog::find_latest_executions(std::span<const std::string_view> task_ids,
                                       const TakePastExecution& take) const {
  const Reading reader(*this);
  read_at_once(*reader, [&] { select_latest_of_many(*reader, owners_, task_ids, take); });
}

std::string SqliteLog::remark() const {
  if (file_.newer_format != 0) {
    return fmt::format("it has the newer format {}, which this version of Rota may only read",
                       file_.newer_format);
  }
  if (!file_.shared_file_system.empty()) {
    return fmt::format(
        "it is on a file system that hosts share ({}), so it is written without a WAL: a reader "
        "may have to wait for a writer",
        file_.shared_file_system);
  }
  const Reading reader(*this);
  if (uses_wal(*reader)) return {};
  return "it was on a file system that hosts share, and is written without a WAL still; where no "
         "other host uses it, `sqlite3 " +
         file_.path.string() +
         " 'PRAGMA journal_mode = WAL'` lets readers and writers go on at once";
}

std::unique_ptr<ExecutionLog> open_sqlite_log(const std::filesystem::path& path,
                                              const LogOptions& options) {
  return std::make_unique<SqliteLog>(path, options);
}

}  // namespace rota::inline v1
