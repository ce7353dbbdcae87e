// SPDX-License-Identifier: Apache-2.0
// The execution log in an SQLite file: which rule is kept where, in terms of queries and transactions.
#pragma once

#include "execution_log/file_names.h"
#include "execution_log/owners.h"
#include "sqlite_log/fork_guard.h"
#include "sqlite_log/lease_keeper.h"
#include "sqlite_log/log_file.h"
#include "sqlite_log/reader_pool.h"
#include "sqlite_log/writer.h"
#include <rota/execution_log.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>

namespace rota::inline v1 {

// Each writes the end of an active execution, with the next number of the sequence.
void lose_execution(Connection& connection, Execution execution, const Owners& owners);

class SqliteLog final : public ExecutionLog {
 public:
  SqliteLog(const std::filesystem::path& path, const LogOptions& options, Owners owners = {},
            const LogFileRules& rules = {});
  ~SqliteLog() override;

  // Finishes what is under way, ends the writer's thread and closes the file, which then stands alone
  // unless others have it open. Every later call throws LogError.
  void close() noexcept;

  ExecutionHandle begin_execution(const ExecutionStart& start) override;
  bool finish_execution(const ExecutionHandle& handle, const ExecutionEnd& end) override;
  std::string record_task_execution(const ExecutionStart& start, const ExecutionEnd& end) override;
  void write_executions(std::span<ExecutionChange> changes) noexcept override;
  std::size_t mark_lost_executions() override;
  std::vector<Execution> get_task_execution_history(const HistoryQuery& query) const override;
  std::optional<Execution> find_latest_execution(std::string_view task_id,
                                                 bool success_only) const override;
  std::optional<Execution> find_execution(std::string_view task_run_id) const override;
  void find_latest_executions(std::span<const std::string_view> task_ids,
                              const TakePastExecution& take) const override;
  void import_executions(ImportMode mode,
                         const std::function<void(const AddExecution&)>& produce) override;
  void read_snapshot(const std::function<void(const LogSnapshot&)>& read) const override;
  std::string location() const override { return file_.path.string(); }
  std::string remark() const override;

  // Runs and their plans.
  void begin_run(const RunStart& start, std::string_view plan) override;
  bool finish_run(std::string_view run_id) override;
  std::optional<RecordedRun> find_run(std::string_view run_id) const override;
  std::vector<RecordedRun> get_run_history(std::size_t limit) const override;
  std::optional<std::string> find_plan(std::string_view plan_hash) const override;

  // Files of executions.
  std::filesystem::path project_root() const override { return names_.root(); }
  void track_files(std::string_view task_run_id, FileDirection direction,
                   const std::vector<FileStamp>& files) override;
  std::vector<FileUse> find_file_uses(const FileUseQuery& query) const override;

  // Keeping the log in order, and following it. To wait for a change is to look every 100 ms.
  bool update_execution_record(std::string_view task_run_id, const RecordUpdate& update) override;
  bool remove_execution_record(std::string_view task_run_id) override;
  CleanupResult cleanup_old_executions(const CleanupRule& rule) override;
  std::vector<LogFinding> validate_execution_log() const override;
  std::int64_t last_sequence() const override;
  std::vector<Execution> changes_since(std::int64_t sequence, std::size_t limit) const override;
  std::vector<Execution> watch(std::int64_t sequence, std::size_t limit,
                               std::chrono::milliseconds timeout) const override;
  std::vector<std::string> find_task_run_ids(std::string_view prefix,
                                             std::size_t limit) const override;

 private:
  // A connection for reading, and no fork meanwhile.
  class Reading {
   public:
    explicit Reading(const SqliteLog& log)
        : use_(log.guard_, "read"), connection_(log.readers().take()) {}
    Connection& operator*() const noexcept { return *connection_; }

   private:
    ForkGuard::Use use_;
    ReaderPool::Lease connection_;
  };

  // Both during a use of guard_; throw LogError where the log must not be used so.
  ReaderPool& readers() const;
  Writer& writer();
  void check_open(std::string_view verb) const;
  void write(const Writer::Work& work);
  std::unique_ptr<LeaseKeeper> make_lease_keeper();
  bool renew_leases();
  // What a fork asks for.
  void close_files() noexcept;
  void begin_in_child();
  // Whether the owner of an active execution is gone; one on another host is doubted where it is not known.
  bool is_owner_gone(Connection& connection, const Execution& active) const;
  Execution new_execution(const ExecutionStart& start) const;
  // Inside of a transaction (executions.cc).
  std::string insert_begun(Connection& connection, Execution& execution) const;
  bool write_end(Connection& connection, const ExecutionHandle& handle,
                 const ExecutionEnd& stored) const;
  void insert_whole(Connection& connection, Execution& execution) const;
  Execution prepare(const ExecutionChange& change) const;
  void write_prepared(Connection& connection, ExecutionChange& change, Execution& execution) const;
  std::vector<Execution> lost_history(Connection& connection, const HistoryQuery& query) const;

  mutable ForkGuard guard_;
  const LogFile file_;
  const FileNames names_;
  const Owners owners_;
  const std::chrono::milliseconds renew_every_;
  Owner self_;
  std::atomic<bool> closed_ = false;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<Writer> writer_;             // null: read only
  std::unique_ptr<LeaseKeeper> lease_keeper_;  // null: read only
};

}  // namespace rota::inline v1
