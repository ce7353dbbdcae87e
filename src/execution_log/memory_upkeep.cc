// SPDX-License-Identifier: Apache-2.0
// How the log in memory is kept in order, checked and followed.
#include "execution_log/cleanup_pass.h"
#include "execution_log/execution_rules.h"
#include "execution_log/log_rules.h"
#include "execution_log/memory_log.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace rota::inline v1 {

void MemoryLog::index_start(Index index) {
  const Execution& execution = executions_[index];
  by_run_id_.emplace(execution.task_run_id, index);
  by_change_.emplace(execution.changed_sequence, index);
  OfTask& of_task = by_task_[execution.start.task_id];
  of_task.all.push_back(index);
  if (really_ran(execution.state())) of_task.latest_run = index;
  mutex_.notify_all();
}

void MemoryLog::index_end(Index index) {
  const Execution& execution = executions_[index];
  if (execution.state() != ExecutionState::success) return;
  std::optional<Index>& latest = by_task_[execution.start.task_id].latest_success;
  const bool is_later =
      !latest || executions_[*latest].finished_sequence < execution.finished_sequence;
  if (is_later) latest = index;
}

void MemoryLog::mark_changed(Index index, std::int64_t before) {
  by_change_.erase(before);
  by_change_.emplace(executions_[index].changed_sequence, index);
  mutex_.notify_all();
}

bool MemoryLog::update_execution_record(std::string_view task_run_id, const RecordUpdate& update) {
  check_update(update, task_run_id, location());
  const std::lock_guard hold(mutex_);
  const auto found = by_run_id_.find(task_run_id);
  if (found == by_run_id_.end()) return false;
  if (!update.notes && !update.tags) return true;
  Execution& execution = executions_[found->second];
  if (update.notes) execution.notes = *update.notes;
  if (update.tags) execution.tags = *update.tags;
  mark_changed(found->second, std::exchange(execution.changed_sequence, ++sequence_));
  return true;
}

bool MemoryLog::remove_execution_record(std::string_view task_run_id) {
  const std::lock_guard hold(mutex_);
  const auto found = by_run_id_.find(task_run_id);
  if (found == by_run_id_.end()) return false;
  remove({executions_[found->second].started_sequence});
  return true;
}

void MemoryLog::clear_indexes() {
  by_run_id_.clear();
  by_change_.clear();
  by_task_.clear();
  active_.clear();
  file_uses_.clear();
}

void MemoryLog::remove_all() {
  executions_.clear();
  runs_.clear();
  plans_.clear();
  clear_indexes();
}

// The others move together, and are indexed anew.
void MemoryLog::remove(const std::unordered_set<std::int64_t>& started_sequences) {
  if (started_sequences.empty()) return;
  std::erase_if(executions_, [&](const Execution& execution) {
    return started_sequences.contains(execution.started_sequence);
  });
  clear_indexes();
  for (Index index = 0; index < executions_.size(); ++index) {
    const Execution& execution = executions_[index];
    index_start(index);
    index_files(index);
    if (is_active(execution.state())) {
      active_.emplace(ActiveKey(execution.start.task_id, execution.start.arguments), index);
    } else {
      index_end(index);
    }
  }
}

// The start of a task's latest success, without those that the pass removes by name.
std::int64_t MemoryLog::latest_success_besides(const std::string& task_id,
                                               const CleanupPass& pass) const {
  std::int64_t latest = 0;
  std::int64_t started = 0;
  for (const Index index : by_task_.find(task_id)->second.all) {
    const Execution& execution = executions_[index];
    const bool is_later = execution.state() == ExecutionState::success &&
                          !pass.is_named(execution.started_sequence) &&
                          execution.finished_sequence > latest;
    if (!is_later) continue;
    latest = execution.finished_sequence;
    started = execution.started_sequence;
  }
  return started;
}

// The newest execution of each path of an output, in the same way.
std::unordered_map<std::string, std::int64_t> MemoryLog::producers_besides(
    const CleanupPass& pass) const {
  std::unordered_map<std::string, std::int64_t> producers;
  for (const Execution& execution : executions_) {
    if (!really_ran(execution.state()) || pass.is_named(execution.started_sequence)) continue;
    for (const FileStamp& file : execution.end.outputs)
      producers[file.path] = execution.started_sequence;
  }
  return producers;
}

CleanupResult MemoryLog::cleanup_old_executions(const CleanupRule& rule) {
  const std::lock_guard hold(mutex_);
  CleanupPass pass(rule, owners_.now(), location());
  for (const std::string& name : rule.task_run_ids) {
    const auto found = by_run_id_.find(name);
    pass.add_named(name, found == by_run_id_.end() ? nullptr : &executions_[found->second]);
  }
  const auto producers = producers_besides(pass);
  pass.find_latest_success = [&](const std::string& task_id) {
    return latest_success_besides(task_id, pass);
  };
  pass.find_file_made_by = [&](const CleanupEntry& entry) -> std::optional<std::string> {
    const Index index = by_run_id_.find(entry.task_run_id)->second;
    for (const FileStamp& file : executions_[index].end.outputs) {
      const auto producer = producers.find(file.path);
      const bool is_newest =
          producer != producers.end() && producer->second == entry.started_sequence;
      if (is_newest && may_exist(names_.root() / file.path)) return file.path;
    }
    return std::nullopt;
  };
  for (const auto& [task_id, of_task] : by_task_) {
    for (auto index = of_task.all.rbegin(); index != of_task.all.rend(); ++index)
      pass.consider(cleanup_entry_of(executions_[*index]), executions_[*index].finished_at);
  }
  CleanupResult result = pass.result();
  if (rule.dry_run) return result;
  std::unordered_set<std::int64_t> removed;
  for (const CleanupEntry& entry : result.removed) removed.insert(entry.started_sequence);
  remove(removed);
  remove_unused_runs();
  return result;
}

std::vector<LogFinding> MemoryLog::validate_execution_log() const {
  const std::lock_guard hold(mutex_);
  return find_broken_rules(executions_, sequence_);
}

std::int64_t MemoryLog::last_sequence() const {
  const std::lock_guard hold(mutex_);
  return sequence_;
}

std::vector<Execution> MemoryLog::changes_after(std::int64_t sequence, std::size_t limit) const {
  std::vector<Execution> changes;
  for (auto change = by_change_.upper_bound(sequence);
       change != by_change_.end() && (limit == 0 || changes.size() < limit); ++change) {
    changes.push_back(shown(change->second));
  }
  return changes;
}

std::vector<Execution> MemoryLog::changes_since(std::int64_t sequence, std::size_t limit) const {
  const std::lock_guard hold(mutex_);
  return changes_after(sequence, limit);
}

std::vector<Execution> MemoryLog::watch(std::int64_t sequence, std::size_t limit,
                                        std::chrono::milliseconds timeout) const {
  const std::lock_guard hold(mutex_);
  mutex_.wait_for(std::min<std::chrono::milliseconds>(timeout, kLongestWait),
                  [&] { return by_change_.upper_bound(sequence) != by_change_.end(); });
  return changes_after(sequence, limit);
}

std::vector<std::string> MemoryLog::find_task_run_ids(std::string_view prefix,
                                                      std::size_t limit) const {
  const std::lock_guard hold(mutex_);
  std::vector<std::string> found;
  for (auto run = by_run_id_.lower_bound(prefix);
       run != by_run_id_.end() && run->first.starts_with(prefix) && found.size() < limit; ++run) {
    found.push_back(run->first);
  }
  return found;
}

}  // namespace rota::inline v1
