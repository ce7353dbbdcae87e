// SPDX-License-Identifier: Apache-2.0
// The history of executions for a person.
#include "report/table.h"
#include "report/text.h"
#include "report/time_text.h"

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

}  // namespace

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
  add("Started:", local_time_text(execution.started_at));
  add("Finished:", execution.finished_at ? local_time_text(*execution.finished_at) : "-");
  add("Duration:", duration_of(execution));
  add("Arguments:", execution.start.arguments);
  add("Metrics:", execution.end.metrics);
  add_files(table, "Inputs:", execution.end.inputs);
  add_files(table, "Outputs:", execution.end.outputs);
  add("Process:", fmt::format("{} on {}", execution.owner.pid, or_dash(execution.owner.host)));
  return table.text();
}

}  // namespace rota::inline v1
