// SPDX-License-Identifier: Apache-2.0
// What the log knows of the tasks of a graph, held against what they are now. Knows nothing of files and of what
// depends on what.
#pragma once

#include <rota/plan.h>

#include <cstdint>
#include <string>
#include <vector>

namespace rota::inline v1 {

struct TaskPast {
  // The newest execution that really ran; 0: there is none.
  std::int64_t newest_started_sequence = 0;
  ExecutionState newest_state = ExecutionState::success;
  TimePoint newest_started_at{};
  std::optional<TimePoint> newest_finished_at = {};
  // The latest success; 0: there is none. Not always the newest: with other arguments a task may begin later and end earlier.
  std::int64_t started_sequence = 0;
  std::int64_t finished_sequence = 0;
  TimePoint finished_at{};
  std::vector<FileStamp> inputs = {};
  std::vector<FileStamp> outputs = {};
  // What is different now from how it was for that success: up_to_date, version_changed, code_changed or
  // argument_changed, and the words for it.
  ReasonKind change = ReasonKind::up_to_date;
  std::string change_text = {};
};

// One for each task of the graph.
std::vector<TaskPast> look_up_pasts(const Graph& graph, const std::vector<Arguments>& arguments,
                                    const ExecutionLog& log);

}  // namespace rota::inline v1
