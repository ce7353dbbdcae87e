// SPDX-License-Identifier: Apache-2.0
// An execution log in memory: for tests, and for hosts that want no history. Knows nothing of files.
#pragma once

#include "execution_log/file_names.h"
#include "execution_log/owners.h"
#include <rota/execution_log.h>

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rota::inline v1 {

class MemoryLog final : public ExecutionLog {
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
  std::string location() const override { return "memory"; }

  // Files of executions.
  std::filesystem::path project_root() const override { return names_.root(); }
  void track_files(std::string_view task_run_id, FileDirection direction,
                   const std::vector<FileStamp>& files) override;
  std::vector<FileUse> find_file_uses(const FileUseQuery& query) const override;

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
  void end(Index index, const ExecutionEnd& end);
  void lose(Index index);
  Execution shown(Index index) const;
  void add_files(Index index, FileDirection direction, std::vector<FileStamp> files);

  const Owners owners_;
  const FileNames names_;
  mutable std::mutex mutex_;  // guards all below
  std::int64_t sequence_ = 0;
  std::deque<Execution> executions_;  // by the sequence of their starts
  std::unordered_map<std::string, Index> by_run_id_;
  std::map<std::string, OfTask, std::less<>> by_task_;
  std::map<ActiveKey, Index> active_;
  std::map<FileKey, std::map<std::int64_t, Use>> file_uses_;  // by the sequence of the start
};

}  // namespace rota::inline v1
