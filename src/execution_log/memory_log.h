// SPDX-License-Identifier: Apache-2.0
// An execution log in memory: for tests, and for hosts that want no history. Knows nothing of files.
// A forked child has a copy of it, of its own from then on.
#pragma once

#include "execution_log/file_names.h"
#include "execution_log/owners.h"
#include "os/fork_safe_mutex.h"
#include <rota/execution_log.h>

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace rota::inline v1 {

class CleanupPass;

class MemoryLog : public ExecutionLog {
 public:
  explicit MemoryLog(Owners owners, const std::filesystem::path& project_root = {});

  ExecutionHandle begin_execution(const ExecutionStart& start) override;
  bool finish_execution(const ExecutionHandle& handle, const ExecutionEnd& end) override;
  std::string record_task_execution(const ExecutionStart& start, const ExecutionEnd& end) override;
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
  std::string location() const override { return "memory"; }

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

  // Keeping the log in order, and following it. What removes goes through all executions.
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
  using Index = std::size_t;
  // What the executions of one task are found by.
  struct OfTask {
    std::vector<Index> all = {};  // by the sequence of their starts
    std::optional<Index> latest_run = {};
    std::optional<Index> latest_success = {};
  };
  using FileKey = std::pair<std::string, FileDirection>;
  struct Use {
    Index index;
    std::size_t position;  // among its inputs or outputs
  };
  using ActiveKey = std::pair<std::string, std::string>;  // task_id, arguments

  Index append(const ExecutionStart& start, ExecutionState state);
  void end(Index index, const ExecutionEnd& end, TimePoint earliest_start);
  void lose(Index index);
  // An execution that has just been put in, ended or changed is found from now on.
  void index_start(Index index);
  void index_end(Index index);
  void mark_changed(Index index, std::int64_t before);
  void remove(const std::unordered_set<std::int64_t>& started_sequences);
  std::int64_t latest_success_besides(const std::string& task_id, const CleanupPass& pass) const;
  std::unordered_map<std::string, std::int64_t> producers_besides(const CleanupPass& pass) const;
  std::vector<Execution> changes_after(std::int64_t sequence, std::size_t limit) const;
  void append_imported(Execution execution);
  void remove_all();
  // Runs of which nothing is left, and plans that no run has.
  void remove_unused_runs();
  void clear_indexes();
  Execution shown(Index index) const;
  void add_files(Index index, FileDirection direction, std::vector<FileStamp> files);
  // The use that is there, or this one.
  const Use& index_use(Index index, FileDirection direction, const std::string& path,
                       std::size_t position);
  void index_files(Index index);

  const Owners owners_;
  const FileNames names_;
  mutable ForkSafeMutex mutex_;  // guards all below; tells of changes
  std::int64_t sequence_ = 0;
  std::deque<Execution> executions_;  // by the sequence of their starts
  std::map<std::string, Index, std::less<>> by_run_id_;
  std::map<std::int64_t, Index> by_change_;  // by the sequence of the last change
  std::map<std::string, OfTask, std::less<>> by_task_;
  std::map<ActiveKey, Index> active_;
  std::vector<RecordedRun> runs_;                             // by their starts
  std::map<std::string, std::string, std::less<>> plans_;     // by their hashes
  std::map<FileKey, std::map<std::int64_t, Use>> file_uses_;  // by the sequence of the start
};

}  // namespace rota::inline v1
