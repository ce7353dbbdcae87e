// SPDX-License-Identifier: Apache-2.0
// The files of executions in the log in memory.
#include "execution_log/execution_rules.h"
#include "execution_log/memory_log.h"

#include <utility>

namespace rota::inline v1 {
namespace {

template <class End>
auto& files_of(End& end, FileDirection direction) {
  return direction == FileDirection::input ? end.inputs : end.outputs;
}

bool is_asked_for(const Execution& execution, const FileUseQuery& query) {
  if (!really_ran(execution.state())) return false;
  return query.ended_before_sequence == 0 ||
         (execution.finished_sequence != 0 &&
          execution.finished_sequence < query.ended_before_sequence);
}

}  // namespace

void MemoryLog::track_files(std::string_view task_run_id, FileDirection direction,
                            const std::vector<FileStamp>& files) {
  std::vector<FileStamp> stored = stored_files(files, names_, location());
  const std::lock_guard hold(mutex_);
  const auto found = by_run_id_.find(task_run_id);
  if (found == by_run_id_.end()) refuse_unknown_run(task_run_id, location());
  if (stored.empty()) return;
  add_files(found->second, direction, std::move(stored));
  mark_changed(found->second,
               std::exchange(executions_[found->second].changed_sequence, ++sequence_));
}

void MemoryLog::add_files(Index index, FileDirection direction, std::vector<FileStamp> files) {
  std::vector<FileStamp>& list = files_of(executions_[index].end, direction);
  for (FileStamp& file : files) {
    const Use& use = index_use(index, direction, file.path, list.size());
    if (use.position == list.size()) {
      list.push_back(std::move(file));
    } else {
      replace_stamp(list[use.position], file);
    }
  }
}

const MemoryLog::Use& MemoryLog::index_use(Index index, FileDirection direction,
                                           const std::string& path, std::size_t position) {
  auto& uses = file_uses_[FileKey(path, direction)];
  return uses.try_emplace(executions_[index].started_sequence, Use{index, position}).first->second;
}

void MemoryLog::index_files(Index index) {
  for (const FileDirection direction : {FileDirection::input, FileDirection::output}) {
    std::size_t position = 0;
    for (const FileStamp& file : files_of(executions_[index].end, direction))
      index_use(index, direction, file.path, position++);
  }
}

std::vector<FileUse> MemoryLog::find_file_uses(const FileUseQuery& query) const {
  const std::lock_guard hold(mutex_);
  std::vector<FileUse> found;
  const auto of_file = file_uses_.find(FileKey(query.path, query.direction));
  if (of_file == file_uses_.end()) return found;
  if (query.before_sequence != 0 && query.before_sequence <= query.after_sequence) return found;
  // False: that was enough.
  const auto take = [&](const Use& use) {
    const Execution& execution = executions_[use.index];
    if (!is_asked_for(execution, query)) return true;
    found.push_back({execution.task_run_id, execution.started_sequence, execution.finished_sequence,
                     files_of(execution.end, query.direction)[use.position]});
    return query.limit == 0 || found.size() < query.limit;
  };
  const auto& uses = of_file->second;
  auto first = uses.upper_bound(query.after_sequence);
  auto last = query.before_sequence == 0 ? uses.end() : uses.lower_bound(query.before_sequence);
  while (first != last && take(query.oldest_first ? (first++)->second : (--last)->second)) {
  }
  return found;
}

}  // namespace rota::inline v1
