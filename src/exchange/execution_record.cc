// SPDX-License-Identifier: Apache-2.0
// From a record to an execution; record_writer.cc is the way back.
#include "exchange/execution_record.h"

#include "execution_log/execution_rules.h"
#include "os/one_line.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;
using std::chrono::microseconds;

// The value, null where it is missing.
const Json& value_of(const Json& object, std::string_view key) {
  static const Json kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

[[noreturn]] void refuse_type(std::string_view prefix, std::string_view key, const Json& value,
                              std::string_view wanted) {
  throw BadRecord(
      fmt::format("'{}{}' is of type {}, no {}", prefix, key, value.type_name(), wanted));
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_dash_place = at == 8 || at == 13 || at == 18 || at == 23;
    const char c = text[at];
    const bool is_digit =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (is_dash_place ? c != '-' : !is_digit) return false;
  }
  return true;
}

std::string read_task_run_id(const Json& record) {
  std::string id = text_or(record, "task_run_id", "");
  if (id.empty()) return id;
  if (!is_uuid(id)) {
    throw BadRecord(
        fmt::format("'task_run_id' is '{}', which is no UUID", one_line(id.substr(0, 80))));
  }
  std::ranges::transform(
      id, id.begin(), [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  return id;
}

bool read_success(const Json& record) {
  const Json& success = value_of(record, "success");
  if (success.is_null()) return false;
  if (!success.is_boolean()) refuse_type("", "success", success, "boolean");
  return success.get<bool>();
}

microseconds read_duration(const Json& record, const char* key) {
  constexpr double kMaxSeconds = 1e12;
  const Json& value = value_of(record, key);
  if (value.is_null()) return microseconds(0);
  if (!value.is_number()) refuse_type("", key, value, "number");
  const auto seconds = value.get<double>();
  if (!(seconds >= 0) || seconds > kMaxSeconds) {
    throw BadRecord(
        fmt::format("'{}' is {}, which is no time that something can take", key, seconds));
  }
  return microseconds(std::llround(seconds * 1e6));
}

std::optional<TimePoint> read_time(const Json& record, const char* key, const TimeZone& zone) {
  const Json& value = value_of(record, key);
  if (value.is_null()) return std::nullopt;
  if (!value.is_string()) refuse_type("", key, value, "text");
  const auto& text = value.get_ref<const std::string&>();
  const auto time = parse_time(text, zone);
  if (!time) {
    throw BadRecord(fmt::format("'{}' is '{}', which is no time like 2025-05-04T12:13:14.123456",
                                key, one_line(text.substr(0, 80))));
  }
  if (time->time_since_epoch().count() < 0)
    throw BadRecord(fmt::format("'{}' is '{}', which is before 1970", key, one_line(text)));
  return time;
}

// The end and the start; 1970-01-01T00:00:00Z where the record does not tell.
void read_times(const Json& record, const TimeZone& zone, Execution& execution) {
  const auto ended = read_time(record, "timestamp", zone);
  const microseconds duration = read_duration(record, "execution_time");
  execution.finished_at = ended.value_or(TimePoint{});
  execution.started_at = *execution.finished_at;
  if (!ended) return;
  execution.started_at -= duration;
  if (execution.started_at.time_since_epoch().count() < 0) {
    throw BadRecord(
        fmt::format("'execution_time' is longer than from 1970 to its end, {}", utc_text(*ended)));
  }
}

// ---- files ----

// 0 where it does not fit.
std::int64_t number_or_zero(const Json& object, const char* key) {
  const Json& value = value_of(object, key);
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() || value.get<std::uint64_t>() <= kMax);
  return fits ? value.get<std::int64_t>() : 0;
}

std::vector<FileStamp> read_files(const Json& record, const char* key,
                                  std::initializer_list<const char*> texts,
                                  const FileNames& names) {
  const Json& list = value_of(record, key);
  if (list.is_null()) return {};
  if (!list.is_array()) refuse_type("", key, list, "array");
  std::vector<FileStamp> files;
  for (std::size_t at = 0; at < list.size(); ++at) {
    const Json& file = list[at];
    const std::string name = fmt::format("{}[{}]", key, at);
    if (!file.is_object()) refuse_type("", name, file, "object");
    for (const char* text : texts) (void)text_or(file, text, "", name + ".");
    FileStamp stamp;
    stamp.path = text_or(file, "path", "", name + ".");
    stamp.size_bytes =
        static_cast<std::uint64_t>(std::max(number_or_zero(file, "size_bytes"), std::int64_t{0}));
    stamp.mtime_nanoseconds = number_or_zero(file, "mtime_nanoseconds");
    if (const Json& hash = value_of(file, "content_hash"); hash.is_string())
      stamp.content_hash = hash.get<std::string>();
    if (!stamp.path.empty()) files.push_back(std::move(stamp));
  }
  return stored_files(files, names, "");
}

// ---- the keys that Rota adds; what does not fit is left to imported_fields ----

void take_text(const Json& record, const char* key, std::string& text) {
  if (const Json& value = value_of(record, key); value.is_string()) text = value.get<std::string>();
}

// An object, or a text where it was no JSON as Rota writes it.
void take_json(const Json& record, const char* key, std::string& text) {
  const Json& value = value_of(record, key);
  if (value.is_object()) text = value.dump();
  if (value.is_string()) text = value.get<std::string>();
}

void take_int(const Json& record, const char* key, std::optional<int>& number) {
  const Json& value = value_of(record, key);
  if (!value.is_number_integer()) return;
  const bool fits = value.is_number_unsigned()
                        ? value.get<std::uint64_t>() <= std::numeric_limits<int>::max()
                        : value.get<std::int64_t>() >= std::numeric_limits<int>::min();
  if (fits) number = value.get<int>();
}

// A number from 1 on.
void take_ordinal(const Json& record, const char* key, int& ordinal) {
  std::optional<int> number;
  take_int(record, key, number);
  if (number && *number >= 1) ordinal = *number;
}

void take_time(const Json& record, const char* key, const TimeZone& zone, TimePoint& time) {
  const Json& value = value_of(record, key);
  if (!value.is_string()) return;
  const auto read = parse_time(value.get_ref<const std::string&>(), zone);
  if (read && read->time_since_epoch().count() >= 0) time = *read;
}

void take_state(const Json& record, ExecutionEnd& end) {
  const Json& value = value_of(record, "state");
  if (!value.is_string()) return;
  const auto state = parse_execution_state(value.get_ref<const std::string&>());
  const bool is_success = end.state == ExecutionState::success;
  if (state && !is_active(*state) && (*state == ExecutionState::success) == is_success)
    end.state = *state;
}

void take_resources(const Json& record, ExecutionEnd& end) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const Json& memory = value_of(record, "peak_memory_bytes");
  if (memory.is_number_unsigned() && memory.get<std::uint64_t>() <= kMax)
    end.peak_memory_bytes = memory.get<std::uint64_t>();
  const Json& cpu = value_of(record, "cpu_time");
  if (cpu.is_number() && cpu.get<double>() >= 0 && cpu.get<double>() < 1e12)
    end.cpu_time = microseconds(std::llround(cpu.get<double>() * 1e6));
}

void take_owner(const Json& record, Owner& owner) {
  const Json& value = value_of(record, "owner");
  if (!value.is_object()) return;
  take_text(value, "boot_id", owner.boot_id);
  owner.pid = number_or_zero(value, "pid");
  owner.start_ticks = number_or_zero(value, "start_ticks");
}

void take_added_keys(const Json& record, const TimeZone& zone, Execution& execution) {
  ExecutionStart& start = execution.start;
  ExecutionEnd& end = execution.end;
  take_state(record, end);
  take_time(record, "started_at", zone, execution.started_at);
  take_time(record, "finished_at", zone, *execution.finished_at);
  take_text(record, "version", start.version);
  take_json(record, "arguments", start.arguments);
  take_text(record, "run_id", start.run_id);
  take_text(record, "reason", start.reason);
  take_text(record, "fingerprint", start.fingerprint);
  take_ordinal(record, "attempt", start.attempt);
  take_ordinal(record, "worker", start.worker);
  take_text(record, "message", end.message);
  take_json(record, "metrics", end.metrics);
  take_int(record, "exit_code", end.exit_code);
  take_int(record, "signal", end.signal);
  take_text(record, "output_path", end.output_path);
  take_resources(record, end);
  take_owner(record, execution.owner);
  take_text(record, "notes", execution.notes);
  if (const Json& tags = value_of(record, "tags"); tags.is_object()) execution.tags = tags.dump();
}

// ---- what is left ----

// Without the time that follows from finished_at and the zone of whoever exported it.
bool is_as_rota_writes_it(const Json& record, const Execution& execution, const TimeZone& zone) {
  if (!record.contains("state") || !record.contains("finished_at")) return false;
  RecordStyle style{zone};
  Json written = record_of_execution(execution, style);
  written["timestamp"] = value_of(record, "timestamp");
  return written == record;
}

// 1 and 1.0 are equal, and so are 0.0 and -0.0, and not the same.
bool are_same(const Json& left, const Json& right) {
  return left == right && (!left.is_number() || left.dump() == right.dump());
}

// The name of each file that has a path; null where the paths are the names, each once.
Json names_of_files(const Json& record, const char* key, const FileNames& names) {
  Json all = Json::array();
  std::set<std::string> seen;
  bool are_plain = true;
  for (const Json& file : value_of(record, key)) {
    const std::string path = text_or(file, "path", "");
    if (path.empty()) continue;
    const std::string name = names.of_stored(path);
    are_plain = seen.insert(name).second && are_plain && name == path;
    all.push_back(name);
  }
  return are_plain ? Json() : all;
}

std::string fields_without_a_place(const Json& record, const Execution& execution,
                                   const TimeZone& zone, const FileNames& names) {
  if (is_as_rota_writes_it(record, execution, zone)) return "{}";
  Json kept = {{"record", Json::object()}};
  for (const char* key : {"input_files", "output_files"}) {
    Json named = names_of_files(record, key, names);
    if (!named.is_null()) kept["names"][key] = std::move(named);
  }
  RecordStyle style{zone};
  const Json written = record_of_columns(execution, style);
  for (const auto& [key, value] : record.items()) {
    const auto found = written.find(key);
    if (found == written.end() || !are_same(*found, value)) kept["record"][key] = value;
  }
  for (const auto& [key, value] : written.items()) {
    if (!record.contains(key)) kept["absent"].push_back(key);
  }
  return kept.dump();
}

}  // namespace

std::string text_or(const Json& object, std::string_view key, std::string_view missing,
                    std::string_view prefix) {
  const Json& value = value_of(object, key);
  if (value.is_null()) return std::string(missing);
  if (!value.is_string()) refuse_type(prefix, key, value, "text");
  return value.get<std::string>();
}

Json imported_field(const Json& imported_fields, std::string_view key) {
  return value_of(value_of(imported_fields, "record"), key);
}

Execution execution_of_record(const Json& record, const TimeZone& zone, const FileNames& names) {
  if (!record.is_object())
    throw BadRecord(fmt::format("it is of type {}, no object", record.type_name()));
  Execution execution;
  execution.task_run_id = read_task_run_id(record);
  execution.start.task_id = text_or(record, "task_id", "");
  execution.start.task_type = text_or(record, "task_type", execution.start.task_type);
  execution.end.state = read_success(record) ? ExecutionState::success : ExecutionState::failed;
  execution.owner.host = text_or(record, "hostname", "");
  (void)text_or(record, "report_path", "");
  execution.end.inputs = read_files(record, "input_files", {"name"}, names);
  execution.end.outputs = read_files(record, "output_files", {"type", "description"}, names);
  read_times(record, zone, execution);
  take_added_keys(record, zone, execution);
  execution.epoch = 1;
  execution.imported_fields = fields_without_a_place(record, execution, zone, names);
  return execution;
}

}  // namespace rota::inline v1
