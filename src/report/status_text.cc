// SPDX-License-Identifier: Apache-2.0
#include "report/status_text.h"

#include "report/json_text.h"
#include "report/printable.h"
#include "report/table.h"
#include "report/time_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// Never less than nothing: clocks may be set back.
std::chrono::microseconds between(TimePoint from, TimePoint to) {
  return std::max(std::chrono::microseconds(0), to - from);
}

std::string figures(const RunStatus& status) {
  std::string text =
      fmt::format("{} done, {} failed", status.succeeded, status.unsuccessful.size());
  if (status.not_reached > 0) text += fmt::format(", {} not reached", status.not_reached);
  if (status.is_active()) text += fmt::format(", {} running", status.running.size());
  if (status.waiting && (*status.waiting > 0 || status.is_active())) {
    text += fmt::format(", {} {}", *status.waiting, status.is_active() ? "waiting" : "not started");
  }
  if (status.left) text += fmt::format("; about {} left", whole_seconds_text(*status.left));
  return text;
}

Json unsuccessful_tree(const Execution& execution) {
  return {{"task_id", execution.start.task_id},
          {"task_run_id", execution.task_run_id},
          {"state", to_string(execution.state())},
          {"message", execution.end.message}};
}

Json running_tree(const Execution& execution, TimePoint now) {
  return {{"task_id", execution.start.task_id},
          {"task_run_id", execution.task_run_id},
          {"since", utc_time_text(execution.started_at)},
          {"elapsed", seconds(between(execution.started_at, now))},
          {"worker", execution.start.worker},
          {"attempt", execution.start.attempt}};
}

}  // namespace

std::string status_to_text(const RunStatus& status, TimePoint now) {
  if (status.run_id.empty()) return "no run yet\n";
  const std::string run = printable(status.run_id);
  const std::string began = local_time_text(status.began);
  std::string text;
  if (status.is_active()) {
    text = fmt::format("run {} on {} as process {}, since {} ({})\n", run,
                       printable(status.owner.host), status.owner.pid, began,
                       duration_text(between(status.began, now)));
  } else if (status.was_killed) {
    text = fmt::format(
        "nothing runs; the last run was {}, since {}; its process ended without a word\n", run,
        began);
  } else {
    text = fmt::format("nothing runs; the last run was {}, {} to {}\n", run, began,
                       local_time_text(*status.ended));
  }
  text += figures(status) + "\n";
  Table table;
  for (const Execution& execution : status.running) {
    table.add_row({std::string(to_string(execution.state())), execution.start.task_id,
                   duration_text(between(execution.started_at, now)),
                   "since " + local_time_text(execution.started_at)});
  }
  for (const Execution& execution : status.unsuccessful) {
    // How long one that was lost took is not known.
    const std::string duration =
        execution.finished_at && execution.state() != ExecutionState::lost
            ? duration_text(between(execution.started_at, *execution.finished_at))
            : "";
    table.add_row({std::string(to_string(execution.state())), execution.start.task_id, duration,
                   execution.end.message});
  }
  return text + table.text();
}

std::string status_to_json(const RunStatus& status, TimePoint now) {
  if (status.run_id.empty()) return "null\n";
  Json tree = {{"run_id", status.run_id},
               {"active", status.is_active()},
               {"began", utc_time_text(status.began)},
               {"killed", status.was_killed},
               {"ended", status.ended ? Json(utc_time_text(*status.ended)) : Json(nullptr)},
               {"owner", {{"host", status.owner.host}, {"pid", status.owner.pid}}},
               {"succeeded", status.succeeded},
               {"failed", status.unsuccessful.size()},
               {"not_reached", status.not_reached},
               {"waiting", status.waiting ? Json(*status.waiting) : Json(nullptr)},
               {"left", status.left ? Json(seconds(*status.left)) : Json(nullptr)},
               {"running", Json::array()},
               {"unsuccessful", Json::array()}};
  for (const Execution& execution : status.running)
    tree["running"].push_back(running_tree(execution, now));
  for (const Execution& execution : status.unsuccessful)
    tree["unsuccessful"].push_back(unsuccessful_tree(execution));
  return indented(tree);
}

}  // namespace rota::inline v1
