// SPDX-License-Identifier: Apache-2.0
#include "execution_log/memory_log.h"

#include "execution_log/execution_rules.h"
#include "os/uuid.h"

#include <algorithm>

namespace rota::inline v1 {

MemoryLog::MemoryLog(Owners owners, const std::filesystem::path& project_root)
    : owners_(std::move(owners)), names_(project_root) {}

ExecutionHandle MemoryLog::begin_execution(const ExecutionStart& start) {
  check_start(start, location());
  const std::lock_guard hold(mutex_);
  if (const auto found = active_.find(ActiveKey(start.task_id, start.arguments));
      found != active_.end()) {
    const Execution& active = executions_[found->second];
    if (!owners_.is_dead(active.owner)) throw AlreadyRunningError(already_running_message(active));
    lose(found->second);
  }
  const Index index = append(start, ExecutionState::running);
  active_.emplace(ActiveKey(start.task_id, start.arguments), index);
  return {executions_[index].task_run_id, executions_[index].epoch};
}

bool MemoryLog::finish_execution(const ExecutionHandle& handle, const ExecutionEnd& end) {
  check_end_of_begun(end, location());
  const ExecutionEnd stored = stored_end(end, names_, location());
  const std::lock_guard hold(mutex_);
  const auto found = by_run_id_.find(handle.task_run_id);
  if (found == by_run_id_.end()) return false;
  const Execution& execution = executions_[found->second];
  if (execution.epoch != handle.epoch || !is_active(execution.state())) return false;
  this->end(found->second, stored, execution.started_at);
  return true;
}

std::string MemoryLog::record_task_execution(const ExecutionStart& start, const ExecutionEnd& end) {
  check_start(start, location());
  check_whole_end(end, location());
  const ExecutionEnd stored = stored_end(end, names_, location());
  const std::lock_guard hold(mutex_);
  const Index index = append(start, stored.state);
  this->end(index, stored, TimePoint{});
  return executions_[index].task_run_id;
}

std::size_t MemoryLog::mark_lost_executions() {
  const std::lock_guard hold(mutex_);
  std::vector<Index> lost;
  for (const auto& [key, index] : active_) {
    if (owners_.is_dead(executions_[index].owner)) lost.push_back(index);
  }
  std::sort(lost.begin(), lost.end());
  for (const Index index : lost) lose(index);
  return lost.size();
}

std::vector<Execution> MemoryLog::get_task_execution_history(const HistoryQuery& query) const {
  const std::lock_guard hold(mutex_);
  std::vector<Execution> history;
  // False: that was enough.
  const auto take = [&](Index index) {
    Execution execution = shown(index);
    if (is_asked_for(execution, query)) history.push_back(std::move(execution));
    return query.limit == 0 || history.size() < query.limit;
  };
  if (!query.task_id) {
    for (Index index = executions_.size(); index-- > 0 && take(index);) {
    }
  } else if (const auto found = by_task_.find(*query.task_id); found != by_task_.end()) {
    const std::vector<Index>& all = found->second.all;
    for (auto index = all.rbegin(); index != all.rend() && take(*index); ++index) {
    }
  }
  return history;
}

std::optional<Execution> MemoryLog::find_latest_execution(std::string_view task_id,
                                                          bool success_only) const {
  const std::lock_guard hold(mutex_);
  const auto found = by_task_.find(task_id);
  if (found == by_task_.end()) return std::nullopt;
  const auto& latest = success_only ? found->second.latest_success : found->second.latest_run;
  return latest ? std::optional(shown(*latest)) : std::nullopt;
}

void MemoryLog::find_latest_executions(std::span<const std::string_view> task_ids,
                                       const TakePastExecution& take) const {
  const std::lock_guard hold(mutex_);
  const auto give = [&](std::size_t position, Index index) {
    const Execution& execution = executions_[index];
    PastExecution past = past_execution_of(execution);
    if (is_active(past.state)) past.state = shown(index).state();
    take(position, past);
  };
  for (std::size_t position = 0; position < task_ids.size(); ++position) {
    const auto found = by_task_.find(task_ids[position]);
    if (found == by_task_.end()) continue;
    const OfTask& of_task = found->second;
    if (of_task.latest_success) give(position, *of_task.latest_success);
    if (of_task.latest_run && of_task.latest_run != of_task.latest_success)
      give(position, *of_task.latest_run);
  }
}

std::optional<Execution> MemoryLog::find_execution(std::string_view task_run_id) const {
  const std::lock_guard hold(mutex_);
  const auto found = by_run_id_.find(task_run_id);
  return found == by_run_id_.end() ? std::nullopt : std::optional(shown(found->second));
}

MemoryLog::Index MemoryLog::append(const ExecutionStart& start, ExecutionState state) {
  const Index index = executions_.size();
  Execution execution;
  execution.task_run_id = make_uuid();
  take_start(execution, start);
  execution.end.state = state;
  execution.started_sequence = sequence_ + 1;
  execution.started_at = owners_.now();
  execution.epoch = 1;
  execution.owner = owners_.current();
  execution.changed_sequence = execution.started_sequence;
  executions_.push_back(std::move(execution));
  ++sequence_;
  index_start(index);
  return index;
}

void MemoryLog::end(Index index, const ExecutionEnd& end, TimePoint earliest_start) {
  Execution& execution = executions_[index];
  const auto active = active_.find(ActiveKey(execution.start.task_id, execution.start.arguments));
  if (active != active_.end() && active->second == index) active_.erase(active);
  std::vector<FileStamp> inputs = std::move(execution.end.inputs);
  std::vector<FileStamp> outputs = std::move(execution.end.outputs);
  execution.end = end;
  execution.end.inputs = std::move(inputs);  // what was tracked so far; those of the end come to it
  execution.end.outputs = std::move(outputs);
  add_files(index, FileDirection::input, end.inputs);
  add_files(index, FileDirection::output, end.outputs);
  execution.finished_sequence = ++sequence_;
  end_at(execution, owners_.now(), earliest_start);
  const std::int64_t before =
      std::exchange(execution.changed_sequence, execution.finished_sequence);
  index_end(index);
  mark_changed(index, before);
}

void MemoryLog::lose(Index index) {
  ExecutionEnd lost;
  lost.state = ExecutionState::lost;
  lost.message = lost_message(executions_[index].owner);
  executions_[index].epoch += 1;
  end(index, lost, executions_[index].started_at);
}

Execution MemoryLog::shown(Index index) const {
  Execution execution = executions_[index];
  show_lost_if_owner_is_dead(execution, owners_);
  return execution;
}

std::unique_ptr<ExecutionLog> open_memory_log(const LogOptions& options) {
  return std::make_unique<MemoryLog>(Owners{}, options.project_root);
}

}  // namespace rota::inline v1
