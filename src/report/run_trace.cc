// SPDX-License-Identifier: Apache-2.0
// The trace of a run in Chrome's trace event format.
#include "report/json_text.h"
#include "report/run_report.h"

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr int kProcess = 1;

Json name_tree(const char* kind, std::size_t thread, const std::string& name) {
  return {
      {"ph", "M"}, {"pid", kProcess}, {"tid", thread}, {"name", kind}, {"args", {{"name", name}}}};
}

Json event_tree(const RecordedExecution& recorded, TimePoint began) {
  const Execution& execution = recorded.execution;
  Json tree = {{"pid", kProcess},
               {"tid", recorded.lane + 1},
               {"name", execution.start.task_id},
               {"cat", execution.start.task_type},
               {"ts", (execution.started_at - began).count()}};
  // What has no end yet is an event that begins.
  const auto duration = recorded.duration();
  tree["ph"] = duration ? "X" : "B";
  if (duration) tree["dur"] = duration->count();
  tree["args"] = {{"state", to_string(execution.state())},
                  {"task_run_id", execution.task_run_id},
                  {"reason", execution.start.reason},
                  {"message", execution.end.message},
                  {"critical_path", recorded.is_on_critical_path}};
  return tree;
}

}  // namespace

std::string past_run_to_trace(const PastRun& record) {
  std::vector<Json> events = {
      name_tree("process_name", 0, fmt::format("rota run {}", record.run_id))};
  for (std::size_t lane = 1; lane <= record.lanes; ++lane)
    events.push_back(name_tree("thread_name", lane, fmt::format("worker {}", lane)));
  for (const RecordedExecution& recorded : record.executions) {
    const ExecutionState state = recorded.execution.state();
    const bool never_began = state == ExecutionState::upstream_failed ||
                             state == ExecutionState::blocked ||
                             state == ExecutionState::skipped_up_to_date;
    if (!never_began) events.push_back(event_tree(recorded, record.began));
  }
  return with_list({{"displayTimeUnit", "ms"}}, "traceEvents",
                   lines(events, [](const Json& event) { return event; }));
}

}  // namespace rota::inline v1
