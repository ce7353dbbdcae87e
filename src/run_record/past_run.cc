// SPDX-License-Identifier: Apache-2.0
#include "run_record/past_run.h"

#include "run_record/critical_path.h"
#include "run_record/lanes.h"

#include <algorithm>

namespace rota::inline v1 {
namespace {

using std::chrono::microseconds;

constexpr std::size_t kPage = 1'000;
constexpr std::size_t kEarlierRuns = 20;

// Newest first; ends when `take` gives false.
template <class Take>
void for_each_newest_first(const ExecutionLog& log, Take&& take) {
  HistoryQuery query{.limit = kPage};
  for (;;) {
    const std::vector<Execution> page = log.get_task_execution_history(query);
    for (const Execution& execution : page) {
      if (!take(execution)) return;
    }
    if (page.size() < kPage) return;
    query.before_sequence = page.back().started_sequence;
  }
}

void find_times(PastRun& record) {
  record.began = record.executions.front().execution.started_at;
  record.ended = record.began;
  for (const RecordedExecution& recorded : record.executions) {
    const Execution& execution = recorded.execution;
    record.began = std::min(record.began, execution.started_at);
    record.ended = std::max(
        {record.ended, execution.started_at, execution.finished_at.value_or(execution.started_at)});
    record.is_active = record.is_active || is_active(execution.state());
  }
}

bool has_executed(const ExecutionLog& log, const RecordedRun& run) {
  bool has = false;
  for_each_newest_first(log, [&](const Execution& execution) {
    has = execution.start.run_id == run.start.run_id;
    return !has && execution.started_sequence > run.after_sequence;
  });
  return has;
}

}  // namespace

std::optional<microseconds> RecordedExecution::duration() const {
  if (!execution.finished_at || *execution.finished_at < execution.started_at) return {};
  return *execution.finished_at - execution.started_at;
}

std::size_t PastRun::count(ExecutionState state) const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      executions,
      [state](const RecordedExecution& recorded) { return recorded.execution.state() == state; }));
}

std::optional<std::string> find_newest_run(const ExecutionLog& log) {
  const std::vector<std::string> newest = find_run_ids(log, "", 1);
  return newest.empty() ? std::nullopt : std::optional(newest.front());
}

std::vector<std::string> find_run_ids(const ExecutionLog& log, std::string_view prefix,
                                      std::size_t limit) {
  std::vector<std::string> found;
  if (!prefix.empty()) {
    for (const RecordedRun& run : log.get_run_history(0)) {
      if (found.size() < limit && run.start.run_id.starts_with(prefix))
        found.push_back(run.start.run_id);
    }
    if (!found.empty()) return found;
  }
  for_each_newest_first(log, [&](const Execution& execution) {
    const std::string& run_id = execution.start.run_id;
    const bool is_new = !run_id.empty() && run_id.starts_with(prefix) &&
                        std::ranges::find(found, run_id) == found.end();
    if (is_new) found.push_back(run_id);
    return found.size() < limit;
  });
  return found;
}

std::optional<RecordedRun> find_last_recorded_run(const ExecutionLog& log) {
  constexpr std::size_t kLookedAt = 100;
  std::vector<RecordedRun> runs = log.get_run_history(kLookedAt);
  for (RecordedRun& run : runs) {
    if (!run.finished_at || has_executed(log, run)) return std::move(run);
  }
  if (runs.empty()) return {};
  return std::move(runs.front());
}

std::vector<Execution> executions_of_run(const ExecutionLog& log, const std::string& run_id) {
  const auto run = log.find_run(run_id);
  const std::int64_t after = run ? run->after_sequence : 0;
  std::vector<Execution> executions;
  for_each_newest_first(log, [&](const Execution& execution) {
    if (execution.started_sequence <= after) return false;
    if (execution.start.run_id == run_id) executions.push_back(execution);
    return true;
  });
  std::ranges::reverse(executions);
  return executions;
}

PastRun read_past_run(const ExecutionLog& log, const std::string& run_id) {
  PastRun record{.run_id = run_id};
  for (Execution& execution : executions_of_run(log, run_id)) {
    RecordedExecution& recorded =
        record.executions.emplace_back(RecordedExecution{.execution = std::move(execution)});
    recorded.earlier = earlier_durations(log, recorded.execution.start.task_id,
                                         recorded.execution.started_sequence, kEarlierRuns);
    std::ranges::reverse(recorded.earlier);
  }
  if (!record.executions.empty()) find_times(record);
  return record;
}

void arrange(PastRun& record, const Graph& graph) {
  record.lanes = assign_lanes(record.executions);
  mark_critical_path(record.executions, graph);
}

std::optional<microseconds> median_of(std::vector<microseconds> durations) {
  if (durations.empty()) return {};
  const auto middle = durations.begin() + static_cast<std::ptrdiff_t>(durations.size() / 2);
  std::ranges::nth_element(durations, middle);
  if (durations.size() % 2 == 1) return *middle;
  return (*std::max_element(durations.begin(), middle) + *middle) / 2;
}

std::vector<microseconds> earlier_durations(const ExecutionLog& log, const std::string& task_id,
                                            std::int64_t before_sequence, std::size_t limit) {
  std::vector<microseconds> durations;
  for (const Execution& execution : log.get_task_execution_history({.task_id = task_id,
                                    .before_sequence = before_sequence,
                                    .limit = limit,
                                    .success_only = true})) {
    if (execution.finished_at && *execution.finished_at >= execution.started_at)
      durations.push_back(*execution.finished_at - execution.started_at);
  }
  return durations;
}

std::optional<microseconds> usual_duration(const ExecutionLog& log, const std::string& task_id) {
  constexpr std::size_t kSuccesses = 9;
  return median_of(earlier_durations(log, task_id, 0, kSuccesses));
}

}  // namespace rota::inline v1
