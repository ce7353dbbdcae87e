// SPDX-License-Identifier: Apache-2.0
// The history of executions for a person.
#include "report/printable.h"
#include "report/table.h"
#include "report/text.h"
#include "report/time_text.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// "-" while it has no end, or where the clock was set back meanwhile.
std::string duration_of(const Execution& execution) {
  if (!execution.finished_at || *execution.finished_at < execution.started_at) return "-";
  return duration_text(*execution.finished_at - execution.started_at);
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

void add_files(Table& table, std::string label, const std::vector<FileStamp>& files) {
  for (const FileStamp& file : files) {
    table.add_row(
        {std::exchange(label, ""), fmt::format("{} ({} bytes)", file.path, file.size_bytes)});
  }
}

void add_process_end(Table& table, const ExecutionEnd& end) {
  if (end.exit_code) table.add_row({"Exit code:", std::to_string(*end.exit_code)});
  if (end.signal) table.add_row({"Signal:", std::to_string(*end.signal)});
  if (!end.output_path.empty()) table.add_row({"Output:", end.output_path});
  if (end.cpu_time) table.add_row({"CPU time:", duration_text(*end.cpu_time)});
  if (end.peak_memory_bytes)
    table.add_row({"Peak memory:", fmt::format("{} bytes", *end.peak_memory_bytes)});
}

// Its numbers in the log: of its start, of its end, and of a change after that.
std::string sequence_of(const Execution& execution) {
  std::string text = std::to_string(execution.started_sequence);
  if (execution.finished_sequence != 0) text += fmt::format(" to {}", execution.finished_sequence);
  if (execution.changed_sequence >
      std::max(execution.started_sequence, execution.finished_sequence))
    text += fmt::format(", changed with {}", execution.changed_sequence);
  return text;
}

}  // namespace

std::string execution_to_line(const Execution& execution) {
  return fmt::format("{:<19}  {:<18}  {:<8}  {:>10}  {}{}{}\n",
                     local_time_text(execution.started_at), to_string(execution.state()),
                     printable(execution.task_run_id.substr(0, 8)), duration_of(execution),
                     printable(execution.start.task_id), execution.end.message.empty() ? "" : "  ",
                     printable(execution.end.message));
}

std::string history_to_text(const std::vector<Execution>& executions) {
  if (executions.empty()) return "no executions\n";
  Table table;
  table.add_row({"STARTED", "STATE", "TASK", "VERSION", "DURATION", "TASK RUN", "MESSAGE"});
  for (const Execution& execution : executions) {
    table.add_row({local_time_text(execution.started_at), std::string(to_string(execution.state())),
                   execution.start.task_id, or_dash(execution.start.version),
                   duration_of(execution), execution.task_run_id.substr(0, 8),
                   execution.end.message});
  }
  return table.text();
}

std::string execution_to_text(const Execution& execution) {
  Table table;
  const auto add = [&](const char* label, const std::string& value) {
    if (!value.empty()) table.add_row({label, value});
  };
  add("Task ID:", execution.start.task_id);
  add("Type:", execution.start.task_type);
  add("Version:", execution.start.version);
  add("Task run:", execution.task_run_id);
  add("Run:", execution.start.run_id);
  add("State:", std::string(to_string(execution.state())));
  add("Message:", execution.end.message);
  add("Reason:", execution.start.reason);
  if (execution.start.attempt > 1) add("Attempt:", std::to_string(execution.start.attempt));
  if (execution.start.worker > 0) add("Worker:", std::to_string(execution.start.worker));
  add("Code:", execution.start.fingerprint);
  add("Started:", local_time_text(execution.started_at));
  add("Finished:", execution.finished_at ? local_time_text(*execution.finished_at) : "-");
  add("Duration:", duration_of(execution));
  add("Arguments:", execution.start.arguments);
  add("Metrics:", execution.end.metrics);
  add_files(table, "Inputs:", execution.end.inputs);
  add_files(table, "Outputs:", execution.end.outputs);
  add("Process:", fmt::format("{} on {}", execution.owner.pid, or_dash(execution.owner.host)));
  add_process_end(table, execution.end);
  add("Notes:", execution.notes);
  const auto add_object = [&](const char* label, const std::string& object) {
    if (object != "{}") add(label, object);
  };
  add_object("Tags:", execution.tags);
  add_object("Imported:", execution.imported_fields);
  add("Sequence:", sequence_of(execution));
  return table.text();
}

}  // namespace rota::inline v1
