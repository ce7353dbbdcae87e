// SPDX-License-Identifier: Apache-2.0
// Import into a log in memory, and a snapshot of it.
#include "execution_log/execution_rules.h"
#include "execution_log/imported.h"
#include "execution_log/memory_log.h"

#include <unordered_set>

namespace rota::inline v1 {
namespace {

// Executions as they are shown, by the sequence of their starts.
class MemorySnapshot final : public LogSnapshot {
 public:
  explicit MemorySnapshot(std::vector<Execution> executions) : executions_(std::move(executions)) {}

  void for_each_execution(const ExecutionFilter& filter,
                          const std::function<bool(const Execution&)>& take) const override {
    for (const Execution& execution : executions_) {
      if (filter.task_id.value_or(execution.start.task_id) != execution.start.task_id) continue;
      if (filter.state.value_or(execution.state()) != execution.state()) continue;
      if (!take(execution)) return;
    }
  }
  void for_each_latest_execution(const std::function<bool(const Execution&)>& take) const override {
    std::map<std::string_view, const Execution*> latest;
    for (const Execution& execution : executions_) {
      const bool ran_and_ended = execution.finished_at && really_ran(execution.state());
      if (ran_and_ended) latest[execution.start.task_id] = &execution;
    }
    for (const auto& [task_id, execution] : latest) {
      if (!take(*execution)) return;
    }
  }

 private:
  const std::vector<Execution> executions_;
};

}  // namespace

void MemoryLog::import_executions(ImportMode mode,
                                  const std::function<void(const AddExecution&)>& produce) {
  const std::lock_guard hold(mutex_);
  const bool replaces = mode == ImportMode::replace;
  for (const auto& [key, index] : active_) {
    const Execution& active = executions_[index];
    if (replaces && !owners_.is_dead(active.owner))
      throw AlreadyRunningError(cannot_replace_message(active));
  }
  std::vector<Execution> added;
  std::unordered_set<std::string> added_ids;
  produce([&](Execution& execution) {
    check_whole(execution, location());
    name_as_stored(execution.end.inputs, names_, location());
    name_as_stored(execution.end.outputs, names_, location());
    execution.end.duration = std::nullopt;  // its times are given
    execution.end.worker = 0;
    if (added_ids.contains(execution.task_run_id)) return ImportAnswer{ImportedAs::repeated};
    const auto there = replaces ? by_run_id_.end() : by_run_id_.find(execution.task_run_id);
    if (there != by_run_id_.end()) return compare_imported(executions_[there->second], execution);
    added_ids.insert(execution.task_run_id);
    added.push_back(execution);
    return ImportAnswer{ImportedAs::added};
  });
  if (replaces) remove_all();
  for (Execution& execution : added) append_imported(std::move(execution));
}

void MemoryLog::append_imported(Execution execution) {
  const Index index = executions_.size();
  execution.started_sequence = ++sequence_;
  execution.finished_sequence = ++sequence_;
  execution.epoch = 1;
  execution.changed_sequence = execution.finished_sequence;
  executions_.push_back(std::move(execution));
  index_start(index);
  index_end(index);
  index_files(index);
}

void MemoryLog::read_snapshot(const std::function<void(const LogSnapshot&)>& read) const {
  std::vector<Execution> executions;
  {
    const std::lock_guard hold(mutex_);
    for (Index index = 0; index < executions_.size(); ++index) executions.push_back(shown(index));
  }
  read(MemorySnapshot(std::move(executions)));
}

}  // namespace rota::inline v1
