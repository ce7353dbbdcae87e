// SPDX-License-Identifier: Apache-2.0
// One run, read back from the log: what it executed, and what the same tasks took before. Knows nothing of how
// it is shown, and of the files of what tasks printed only where they are.
#pragma once

#include <rota/execution_log.h>
#include <rota/export.h>
#include <rota/graph.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// An execution of a run, and its place in it.
struct RecordedExecution {
  Execution execution = {};
  std::size_t lane = 0;  // the worker that ran it, counted from 0
  bool is_on_critical_path = false;
  // Successes of the task before this execution began, oldest first, those with the same arguments or others.
  std::vector<std::chrono::microseconds> earlier = {};

  // nullopt while it runs, and where the clock was set back meanwhile.
  ROTA_EXPORT std::optional<std::chrono::microseconds> duration() const;
};

struct PastRun {
  std::string run_id = {};
  std::vector<RecordedExecution> executions = {};  // by their starts; those that never began too
  std::size_t lanes = 0;
  TimePoint began{};
  TimePoint ended{};  // of what has ended, the last
  bool is_active = false;

  ROTA_EXPORT std::size_t count(ExecutionState state) const noexcept;
};

// The run of the newest execution that belongs to one; nothing where there is none.
ROTA_EXPORT std::optional<std::string> find_newest_run(const ExecutionLog& log);
// The ids of runs that begin so, the newest first, at most `limit`. Of a prefix, those runs that were imported and of which the log
// knows executions alone are only found where no other begins so.
ROTA_EXPORT std::vector<std::string> find_run_ids(const ExecutionLog& log, std::string_view prefix,
                                                  std::size_t limit);
// The run that began last and came to something: one that goes on, was killed or has executed a task. Of those that
// had nothing to do or were refused it is the newest where there are no others among the last hundred.
ROTA_EXPORT std::optional<RecordedRun> find_last_recorded_run(const ExecutionLog& log);
// By their starts. The log is read back to the beginning of the run; of one that was imported, to its own.
ROTA_EXPORT std::vector<Execution> executions_of_run(const ExecutionLog& log,
                                                     const std::string& run_id);
// Without executions where there is no such run.
ROTA_EXPORT PastRun read_past_run(const ExecutionLog& log, const std::string& run_id);
// Finds the lanes and the critical path. `graph` tells what needed what: of tasks that are not in it the path
// is not known.
ROTA_EXPORT void arrange(PastRun& record, const Graph& graph);

// Of no durations nothing.
ROTA_EXPORT std::optional<std::chrono::microseconds> median_of(
    std::vector<std::chrono::microseconds> durations);
// What the last successes of a task took, newest first.
ROTA_EXPORT std::vector<std::chrono::microseconds> earlier_durations(const ExecutionLog& log,
                                                                     const std::string& task_id,
                                                                     std::int64_t before_sequence,
                                                                     std::size_t limit);
// What a task takes as a rule: the median of its last successes. Of a task without any nothing.
ROTA_EXPORT std::optional<std::chrono::microseconds> usual_duration(const ExecutionLog& log,
                                                                    const std::string& task_id);

}  // namespace rota::inline v1
