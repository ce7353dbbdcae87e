// SPDX-License-Identifier: Apache-2.0
// The history of executions as JSON.
#include "report/json.h"
#include "report/json_trees.h"
#include "report/time_text.h"

namespace rota::inline v1 {
namespace {

Json files_tree(const std::vector<FileStamp>& files) {
  Json tree = Json::array();
  for (const FileStamp& file : files) {
    tree.push_back({{"path", file.path},
                    {"size_bytes", file.size_bytes},
                    {"mtime_nanoseconds", file.mtime_nanoseconds},
                    {"content_hash", file.content_hash}});
  }
  return tree;
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

Json execution_tree(const Execution& execution) {
  Json finished_at = nullptr;
  Json execution_time = nullptr;
  if (execution.finished_at) {
    finished_at = utc_time_text(*execution.finished_at);
    const auto duration = *execution.finished_at - execution.started_at;
    const bool clock_was_set_back = duration.count() < 0;
    if (!clock_was_set_back) execution_time = seconds(duration);
  }
  const ExecutionStart& start = execution.start;
  const Owner& owner = execution.owner;
  const ExecutionEnd& end = execution.end;
  return {{"task_id", start.task_id},
          {"task_type", start.task_type},
          {"task_run_id", execution.task_run_id},
          {"state", to_string(execution.state())},
          {"success", execution.state() == ExecutionState::success},
          {"execution_time", std::move(execution_time)},
          {"started_at", utc_time_text(execution.started_at)},
          {"finished_at", std::move(finished_at)},
          {"version", start.version},
          {"arguments", embedded(start.arguments)},
          {"run_id", start.run_id},
          {"reason", start.reason},
          {"attempt", start.attempt},
          {"worker", start.worker == 0 ? Json(nullptr) : Json(start.worker)},
          {"fingerprint", start.fingerprint},
          {"message", execution.end.message},
          {"input_files", files_tree(execution.end.inputs)},
          {"output_files", files_tree(execution.end.outputs)},
          {"metrics", embedded(execution.end.metrics)},
          {"owner",
           {{"host", owner.host},
            {"boot_id", owner.boot_id},
            {"pid", owner.pid},
            {"start_ticks", owner.start_ticks}}},
          {"started_sequence", execution.started_sequence},
          {"finished_sequence", execution.finished_sequence},
          {"changed_sequence", execution.changed_sequence},
          {"exit_code", or_null(end.exit_code)},
          {"signal", or_null(end.signal)},
          {"output_path", end.output_path.empty() ? Json(nullptr) : Json(end.output_path)},
          {"cpu_time", end.cpu_time ? Json(seconds(*end.cpu_time)) : Json(nullptr)},
          {"peak_memory_bytes", or_null(end.peak_memory_bytes)},
          {"notes", execution.notes},
          {"tags", embedded(execution.tags)},
          {"imported_fields", embedded(execution.imported_fields)}};
}

std::string execution_to_json(const Execution& execution) {
  return indented(execution_tree(execution));
}

std::string execution_to_json_line(const Execution& execution) {
  return compact(execution_tree(execution)) + '\n';
}

std::string history_to_json(const std::vector<Execution>& executions) {
  return lines(executions, execution_tree) + '\n';
}

}  // namespace rota::inline v1
