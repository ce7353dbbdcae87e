// SPDX-License-Identifier: Apache-2.0
#include "execution_log/imported.h"

#include "execution_log/execution_rules.h"
#include "os/one_line.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rota::inline v1 {
namespace {

// More files may have been named since.
bool begins_with(const std::vector<FileStamp>& stored, const std::vector<FileStamp>& imported) {
  return imported.size() <= stored.size() &&
         std::equal(
             imported.begin(), imported.end(), stored.begin(),
             [](const FileStamp& left, const FileStamp& right) { return left.path == right.path; });
}

bool are_same_fields(const std::string& stored, const std::string& imported) {
  if (stored == imported) return true;
  const auto without_document = [](const std::string& text) {
    nlohmann::json fields = nlohmann::json::parse(text, nullptr, false);
    if (fields.is_object()) fields.erase("document");
    return fields;
  };
  const nlohmann::json fields = without_document(stored);
  return !fields.is_discarded() && fields == without_document(imported);
}

// The first key of the records that has another value, is gone or has come.
std::string differing_key(const std::string& stored, const std::string& imported) {
  const auto record_of = [](const std::string& text) {
    nlohmann::json fields = nlohmann::json::parse(text, nullptr, false);
    const bool has_record = fields.is_object() && fields.contains("record");
    return has_record && fields["record"].is_object() ? fields["record"] : nlohmann::json::object();
  };
  const nlohmann::json before = record_of(stored);
  const nlohmann::json now = record_of(imported);
  for (const auto& [key, value] : now.items()) {
    if (!before.contains(key) || before[key] != value)
      return fmt::format("'{}' is another one", one_line(key));
  }
  for (const auto& [key, value] : before.items()) {
    if (!now.contains(key)) return fmt::format("'{}' is missing here", one_line(key));
  }
  return "it has other keys";
}

std::string time_text(TimePoint time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(second.time_since_epoch().count()),
                     (time - second).count());
}

// The first field that is another one, by its name in the log; empty: none.
std::string_view differing_field(const Execution& stored, const Execution& imported) {
  const ExecutionStart& start = stored.start;
  const ExecutionStart& start_here = imported.start;
  const ExecutionEnd& end = stored.end;
  const ExecutionEnd& end_here = imported.end;
  const std::pair<std::string_view, bool> fields[] = {
      {"task_id", start.task_id == start_here.task_id},
      {"task_type", start.task_type == start_here.task_type},
      {"version", start.version == start_here.version},
      {"arguments", start.arguments == start_here.arguments},
      {"run_id", start.run_id == start_here.run_id},
      {"reason", start.reason == start_here.reason},
      {"fingerprint", start.fingerprint == start_here.fingerprint},
      {"attempt", start.attempt == start_here.attempt},
      {"worker", start.worker == start_here.worker},
      {"state", end.state == end_here.state},
      {"message", end.message == end_here.message},
      {"metrics", end.metrics == end_here.metrics},
      {"exit_code", end.exit_code == end_here.exit_code},
      {"signal", end.signal == end_here.signal},
      {"output_path", end.output_path == end_here.output_path},
      {"cpu_time", end.cpu_time == end_here.cpu_time},
      {"peak_memory_bytes", end.peak_memory_bytes == end_here.peak_memory_bytes},
      {"input_files", begins_with(end.inputs, end_here.inputs)},
      {"output_files", begins_with(end.outputs, end_here.outputs)},
      {"hostname", stored.owner.host == imported.owner.host},
      {"owner", stored.owner == imported.owner},
  };
  for (const auto& [name, is_same] : fields) {
    if (!is_same) return name;
  }
  return {};
}

// The times, for which the same text means different moments in different zones; empty: they are the same.
std::string differing_times(const Execution& stored, const Execution& imported) {
  const TimePoint end = stored.finished_at.value_or(stored.started_at);
  const TimePoint end_here = imported.finished_at.value_or(imported.started_at);
  const auto by = end_here - end;
  const auto start_by = imported.started_at - stored.started_at;
  const bool may_be_zone = by == start_by && by % std::chrono::minutes(1) == by.zero() &&
                           by >= -std::chrono::days(2) && by <= std::chrono::days(2);
  if (by == by.zero() && start_by == by.zero()) return {};
  if (by == by.zero()) {
    return fmt::format("the start is {} in the log and {} here", time_text(stored.started_at),
                       time_text(imported.started_at));
  }
  return fmt::format(
      "the end is {} in the log and {} here{}", time_text(end), time_text(end_here),
      may_be_zone ? "; if it was imported with another time zone, give that (--tz)" : "");
}

std::string difference_of(const Execution& stored, const Execution& imported) {
  if (const std::string_view field = differing_field(stored, imported); !field.empty())
    return fmt::format("'{}' is another one", field);
  if (std::string times = differing_times(stored, imported); !times.empty()) return times;
  if (are_same_fields(stored.imported_fields, imported.imported_fields)) return {};
  return differing_key(stored.imported_fields, imported.imported_fields);
}

}  // namespace

ImportAnswer compare_imported(const Execution& stored, const Execution& imported) {
  std::string difference = difference_of(stored, imported);
  if (difference.empty()) return {ImportedAs::known};
  return {ImportedAs::differs, std::move(difference)};
}

std::string cannot_replace_message(const Execution& active) {
  return fmt::format("the executions cannot be replaced: {}", already_running_message(active));
}

}  // namespace rota::inline v1
