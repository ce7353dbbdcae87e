// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/past_queries.h"

#include "execution_log/execution_rules.h"
#include "sqlite_log/file_queries.h"
#include "sqlite_log/queries.h"
#include "sqlite_log/task_queries.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rota::inline v1 {

#define ROTA_SELECT                                                                           \
  "SELECT started_sequence, finished_sequence, state, started_at, finished_at, task_id, "     \
  "version, arguments, fingerprint, owner_host, owner_boot_id, owner_pid, owner_start_ticks " \
  "FROM execution "
const char* const queries::kPastExecution =
    ROTA_SELECT "WHERE started_sequence = :started_sequence";
const char* const queries::kAllPastExecutions = ROTA_SELECT "ORDER BY started_sequence DESC";
#undef ROTA_SELECT

namespace {

constexpr int kTaskIdColumn = 5;

TimePoint time_of(std::int64_t number) { return TimePoint(std::chrono::microseconds(number)); }

struct Files {
  std::vector<FileStamp> inputs;
  std::vector<FileStamp> outputs;
};

// The row that the statement stands on, with its files.
class Past {
 public:
  Past(Connection& connection, const Owners& owners) : connection_(connection), owners_(owners) {}

  void give(const Statement& row, const Files& files, std::size_t position,
            const TakePastExecution& take) const {
    PastExecution past{.started_sequence = row.integer(0),
                       .finished_sequence = row.integer(1),
                       .state = read_state(connection_, row.integer(2)),
                       .started_at = time_of(row.integer(3)),
                       .version = row.view(6),
                       .arguments = row.view(7),
                       .fingerprint = row.view(8),
                       .inputs = files.inputs,
                       .outputs = files.outputs};
    if (!row.is_null(4)) past.finished_at = time_of(row.integer(4));
    if (is_active(past.state) &&
        owners_.is_dead({row.text(9), row.text(10), row.integer(11), row.integer(12)})) {
      past.state = ExecutionState::lost;
    }
    take(position, past);
  }

 private:
  Connection& connection_;
  const Owners& owners_;
};

Files files_of(Connection& connection, std::int64_t started_sequence) {
  Execution execution;
  execution.started_sequence = started_sequence;
  select_files(connection, execution);
  return {std::move(execution.end.inputs), std::move(execution.end.outputs)};
}

void look_up_each(Connection& connection, const Owners& owners,
                  std::span<const std::string_view> task_ids, const TakePastExecution& take) {
  const Past past(connection, owners);
  const auto give = [&](std::int64_t started_sequence, std::size_t position) {
    Statement row(connection, queries::kPastExecution);
    if (row.bind(":started_sequence", started_sequence).step())
      past.give(row, files_of(connection, started_sequence), position, take);
  };
  for (std::size_t position = 0; position < task_ids.size(); ++position) {
    const std::optional<TaskRow> task = select_task(connection, task_ids[position]);
    if (!task) continue;
    if (task->latest_success != 0) give(task->latest_success, position);
    if (task->latest_success != task->newest_run) give(task->newest_run, position);
  }
}

// From the task ids of rows to their positions. The rows of a run mostly come in the order of its plan, so the
// neighbour of the last one is tried before an index is made and asked.
class Positions {
 public:
  explicit Positions(std::span<const std::string_view> task_ids) : task_ids_(task_ids) {}

  std::optional<std::size_t> find(std::string_view task_id) {
    for (const std::size_t near : {last_ - 1, last_ + 1}) {
      if (near < task_ids_.size() && task_ids_[near] == task_id) return last_ = near;
    }
    if (index_.empty()) {
      index_.reserve(task_ids_.size());
      for (std::size_t at = 0; at < task_ids_.size(); ++at) index_.emplace(task_ids_[at], at);
    }
    const auto found = index_.find(task_id);
    if (found == index_.end()) return std::nullopt;
    return last_ = found->second;
  }

 private:
  std::span<const std::string_view> task_ids_;
  std::unordered_map<std::string_view, std::size_t> index_;
  std::size_t last_ = task_ids_.size();  // before the last one is the end
};

// All files, by the starts of their executions from the newest on, asked for in that order.
class AllFiles {
 public:
  explicit AllFiles(Connection& connection)
      : rows_(connection,
              "SELECT path, size_bytes, mtime_nanoseconds, content_hash, direction, "
              "started_sequence FROM execution_file ORDER BY started_sequence DESC, "
              "direction DESC, position DESC"),
        there_is_one_(rows_.step()) {}

  const Files& of(std::int64_t started_sequence) {
    files_.inputs.clear();
    files_.outputs.clear();
    for (; there_is_one_ && rows_.integer(5) >= started_sequence; there_is_one_ = rows_.step()) {
      if (rows_.integer(5) > started_sequence) continue;
      const bool is_input = rows_.integer(4) == static_cast<std::int64_t>(FileDirection::input);
      (is_input ? files_.inputs : files_.outputs)
          .push_back({rows_.text(0), static_cast<std::uint64_t>(rows_.integer(1)), rows_.integer(2),
                      rows_.text(3)});
    }
    std::ranges::reverse(files_.inputs);
    std::ranges::reverse(files_.outputs);
    return files_;
  }

 private:
  Statement rows_;
  bool there_is_one_;
  Files files_;
};

// From the newest start on: the first of a task is its newest, and among its successes only one that ended
// later than those before it counts.
void read_all(Connection& connection, const Owners& owners,
              std::span<const std::string_view> task_ids, const TakePastExecution& take) {
  struct Seen {
    bool any = false;
    std::int64_t success = 0;  // its finished_sequence
  };
  std::vector<Seen> seen(task_ids.size());
  Positions positions(task_ids);
  const Past past(connection, owners);
  AllFiles files(connection);
  Statement rows(connection, queries::kAllPastExecutions);
  while (rows.step()) {
    const ExecutionState state = read_state(connection, rows.integer(2));
    if (!really_ran(state)) continue;
    const auto position = positions.find(rows.view(kTaskIdColumn));
    if (!position) continue;
    Seen& of_task = seen[*position];
    const bool is_later_success =
        state == ExecutionState::success && rows.integer(1) > of_task.success;
    if (of_task.any && !is_later_success) continue;
    of_task.any = true;
    if (is_later_success) of_task.success = rows.integer(1);
    past.give(rows, files.of(rows.integer(0)), *position, take);
  }
}

// An upper bound: each execution has taken two numbers, or one while it is active.
std::int64_t count_at_most(Connection& connection) {
  Statement ends(connection,
                 "SELECT (SELECT max(started_sequence) FROM execution) - "
                 "(SELECT min(started_sequence) FROM execution)");
  ends.step();
  return ends.integer(0) / 2 + 1;
}

}  // namespace

void select_latest_of_many(Connection& connection, const Owners& owners,
                           std::span<const std::string_view> task_ids,
                           const TakePastExecution& take) {
  // Three descents of a tree take about as long as four rows of a pass.
  constexpr std::int64_t kRowsForALookUp = 4;
  const bool all =
      count_at_most(connection) / kRowsForALookUp < static_cast<std::int64_t>(task_ids.size());
  (all ? read_all : look_up_each)(connection, owners, task_ids, take);
}

}  // namespace rota::inline v1
