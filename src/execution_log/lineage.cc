// SPDX-License-Identifier: Apache-2.0
// Goes from versions of files to executions and back, each once, with a queue instead of recursion. Asks the
// log by its interface alone.
#include <rota/lineage.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace rota::inline v1 {
namespace {

constexpr std::int64_t kEndOfTime = std::numeric_limits<std::int64_t>::max();

class LineageSearch {
 public:
  LineageSearch(const ExecutionLog& log, LineageDirection direction)
      : log_(log), direction_(direction) {
    found_.direction = direction;
  }

  Lineage find(const std::string& path) && {
    add_file(path, newest({.path = path, .limit = 1}));
    // What its producer made besides was not made from it.
    if (direction_ == LineageDirection::down) next_execution_ = found_.executions.size();
    // Files and executions that are found come to the ends of their lists, which are the queues.
    while (next_file_ < found_.files.size() || next_execution_ < found_.executions.size()) {
      if (next_execution_ < found_.executions.size()) {
        follow_execution(next_execution_++);
      } else if (direction_ == LineageDirection::down) {
        follow_readers(next_file_++);
      } else {
        ++next_file_;
      }
    }
    return std::move(found_);
  }

 private:
  std::optional<FileUse> newest(const FileUseQuery& query) const {
    std::vector<FileUse> uses = log_.find_file_uses(query);
    if (uses.empty()) return std::nullopt;
    return std::move(uses.front());
  }

  // Nothing: it was removed meanwhile.
  std::optional<std::size_t> add_execution(const std::string& task_run_id) {
    const auto known = executions_.find(task_run_id);
    if (known != executions_.end()) return known->second;
    auto execution = log_.find_execution(task_run_id);
    if (!execution) return std::nullopt;
    found_.executions.push_back(*std::move(execution));
    return executions_.emplace(task_run_id, found_.executions.size() - 1).first->second;
  }

  // The version of the file that the producer left.
  std::size_t add_file(const std::string& path, const std::optional<FileUse>& producer) {
    const std::int64_t made = producer ? producer->started_sequence : 0;
    const auto [known, is_new] = files_.try_emplace({path, made}, found_.files.size());
    if (!is_new) return known->second;
    found_.files.push_back({path, {}});
    if (!producer) return known->second;
    const auto execution = add_execution(producer->task_run_id);
    found_.files.back().producer = execution;
    if (execution)
      found_.uses.push_back({*execution, known->second, FileDirection::output, producer->stamp});
    return known->second;
  }

  void follow_execution(std::size_t index) {
    // Copied, because the list may grow meanwhile.
    const Execution execution = found_.executions[index];
    if (direction_ == LineageDirection::up) {
      for (const FileStamp& stamp : execution.end.inputs)
        add_read_version(index, execution.started_sequence, stamp);
    } else {
      for (const FileStamp& stamp : execution.end.outputs) {
        add_file(stamp.path, FileUse{execution.task_run_id, execution.started_sequence,
                                     execution.finished_sequence, stamp});
      }
    }
  }

  void add_read_version(std::size_t reader, std::int64_t reader_started, const FileStamp& stamp) {
    const std::size_t file = add_file(stamp.path, newest({.path = stamp.path,
                                                          .before_sequence = reader_started,
                                                          .ended_before_sequence = reader_started,
                                                          .limit = 1}));
    found_.uses.push_back({reader, file, FileDirection::input, stamp});
  }

  // Executions that began after this version was there, and before a later one was.
  void follow_readers(std::size_t file) {
    const LineageFile version = found_.files[file];
    std::int64_t made = 0;
    std::int64_t there = 0;
    if (version.producer) {
      made = found_.executions[*version.producer].started_sequence;
      there = found_.executions[*version.producer].finished_sequence;
      if (there == 0) return;  // nobody has begun after its end
    }
    FileUseQuery readers{.path = version.path, .direction = FileDirection::input, .limit = 0};
    readers.after_sequence = there;
    readers.before_sequence = replaced_at(version.path, made);
    readers.oldest_first = true;
    for (FileUse& use : log_.find_file_uses(readers)) {
      if (const auto reader = add_execution(use.task_run_id))
        found_.uses.push_back({*reader, file, FileDirection::input, std::move(use.stamp)});
    }
  }

  // The first end among the producers of a file that began after the one of this version; those that
  // began after that end cannot have ended before it.
  std::int64_t replaced_at(const std::string& path, std::int64_t made) const {
    constexpr std::size_t kAtOnce = 16;
    std::int64_t first_end = kEndOfTime;
    FileUseQuery producers{.path = path, .after_sequence = made, .oldest_first = true};
    producers.limit = kAtOnce;
    for (;;) {
      const std::vector<FileUse> later = log_.find_file_uses(producers);
      for (const FileUse& use : later) {
        if (use.started_sequence > first_end) return first_end;
        if (use.finished_sequence != 0) first_end = std::min(first_end, use.finished_sequence);
      }
      if (later.size() < kAtOnce) return first_end;
      producers.after_sequence = later.back().started_sequence;
    }
  }

  const ExecutionLog& log_;
  const LineageDirection direction_;
  Lineage found_;
  std::size_t next_file_ = 0;
  std::size_t next_execution_ = 0;
  std::unordered_map<std::string, std::size_t> executions_;  // by task_run_id
  std::map<std::pair<std::string, std::int64_t>, std::size_t>
      files_;  // by path and producer's start
};

}  // namespace

Lineage lineage(const ExecutionLog& log, const std::filesystem::path& path,
                LineageDirection direction) {
  return LineageSearch(log, direction).find(log.path_in_log(path));
}

}  // namespace rota::inline v1
