// SPDX-License-Identifier: Apache-2.0
// From a record to an execution; record_writer.cc is the way back.
#include "exchange/execution_record.h"

#include "exchange/record_fields.h"
#include "execution_log/execution_rules.h"
#include "os/one_line.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

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

// The text there, or null where there is none.
const Json& text_at(const Json& object, std::string_view key, std::string_view prefix = "") {
  const Json& value = value_of(object, key);
  if (!value.is_null() && !value.is_string()) refuse_type(prefix, key, value, "text");
  return value;
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
  if (!is_possible_time(*time))
    throw BadRecord(
        fmt::format("'{}' is '{}', which is not from 1970 to 9999 in UTC", key, one_line(text)));
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

constexpr auto kMaxInteger = std::numeric_limits<std::int64_t>::max();

// An integer in the range; nothing where the key is missing.
std::optional<std::int64_t> read_integer(const Json& object, const char* key, std::int64_t least,
                                         std::int64_t most, std::string_view prefix = "") {
  const Json& value = value_of(object, key);
  if (value.is_null()) return std::nullopt;
  if (!value.is_number_integer()) refuse_type(prefix, key, value, "integer");
  const bool is_beyond = value.is_number_unsigned() &&
                         value.get<std::uint64_t>() > static_cast<std::uint64_t>(kMaxInteger);
  const std::int64_t number = is_beyond ? kMaxInteger : value.get<std::int64_t>();
  if (is_beyond || number < least || number > most) {
    throw BadRecord(fmt::format("'{}{}' is {}, which is not from {} to {}", prefix, key,
                                value.dump(), least, most));
  }
  return number;
}

FileStamp read_file(const Json& file, std::initializer_list<const char*> texts,
                    std::string_view prefix = "") {
  for (const char* text : texts) (void)text_at(file, text, prefix);
  FileStamp stamp;
  stamp.path = text_or(file, "path", "", prefix);
  stamp.size_bytes = static_cast<std::uint64_t>(
      read_integer(file, "size_bytes", 0, kMaxInteger, prefix).value_or(0));
  stamp.mtime_nanoseconds =
      read_integer(file, "mtime_nanoseconds", -kMaxInteger, kMaxInteger, prefix).value_or(0);
  stamp.content_hash = text_or(file, "content_hash", "", prefix);
  return stamp;
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
    if (!file.is_object()) refuse_type("", fmt::format("{}[{}]", key, at), file, "object");
    try {
      FileStamp stamp = read_file(file, texts);
      if (!stamp.path.empty()) files.push_back(std::move(stamp));
    } catch (const BadRecord&) {
      read_file(file, texts, fmt::format("{}[{}].", key, at));  // says where
      throw;
    }
  }
  name_as_stored(files, names, "");
  return files;
}

// ---- the keys that Rota adds ----

void take_text(const Json& record, const char* key, std::string& text) {
  text = text_or(record, key, text);
}

// An object, or the text of one that is not written as Rota writes it.
void take_object(const Json& record, const char* key, std::string& text) {
  const Json& value = value_of(record, key);
  if (value.is_null()) return;
  if (value.is_object()) {
    text = value.dump();
  } else if (value.is_string() && is_json_object(value.get_ref<const std::string&>())) {
    text = value.get<std::string>();
  } else {
    refuse_type("", key, value, "JSON object");
  }
}

std::optional<int> read_int(const Json& record, const char* key) {
  const auto number =
      read_integer(record, key, std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

// A number from 1 on.
void take_ordinal(const Json& record, const char* key, int& ordinal) {
  const auto number = read_integer(record, key, 1, std::numeric_limits<int>::max());
  if (number) ordinal = static_cast<int>(*number);
}

// Without "success" it tells whether it was one.
void take_state(const Json& record, ExecutionEnd& end) {
  const std::string name = text_or(record, "state", "");
  if (value_of(record, "state").is_null()) return;
  const auto state = parse_execution_state(name);
  if (!state || is_active(*state)) {
    throw BadRecord(fmt::format("'state' is '{}', which is no state of an execution that has ended",
                                one_line(name.substr(0, 80))));
  }
  const bool is_success = end.state == ExecutionState::success;
  if (!value_of(record, "success").is_null() && (*state == ExecutionState::success) != is_success) {
    throw BadRecord(
        fmt::format("'success' is {}, and 'state' is '{}'", is_success, to_string(*state)));
  }
  end.state = *state;
}

void take_resources(const Json& record, ExecutionEnd& end) {
  end.exit_code = read_int(record, "exit_code");
  end.signal = read_int(record, "signal");
  if (const auto memory = read_integer(record, "peak_memory_bytes", 0, kMaxInteger))
    end.peak_memory_bytes = static_cast<std::uint64_t>(*memory);
  if (!value_of(record, "cpu_time").is_null()) end.cpu_time = read_duration(record, "cpu_time");
}

void take_owner(const Json& record, Owner& owner) {
  const Json& value = value_of(record, "owner");
  if (value.is_null()) return;
  if (!value.is_object()) refuse_type("", "owner", value, "object");
  owner.boot_id = text_or(value, "boot_id", "", "owner.");
  owner.pid = read_integer(value, "pid", 0, kMaxInteger, "owner.").value_or(0);
  owner.start_ticks = read_integer(value, "start_ticks", 0, kMaxInteger, "owner.").value_or(0);
}

// They are more exact than "timestamp" and "execution_time".
void take_moments(const Json& record, const TimeZone& zone, Execution& execution) {
  const auto started_at = read_time(record, "started_at", zone);
  const auto finished_at = read_time(record, "finished_at", zone);
  execution.started_at = started_at.value_or(execution.started_at);
  execution.finished_at = finished_at.value_or(*execution.finished_at);
  if (*execution.finished_at >= execution.started_at) return;
  throw BadRecord(fmt::format("it began at {} and ended before, at {}",
                              utc_text(execution.started_at), utc_text(*execution.finished_at)));
}

void take_added_keys(const Json& record, const TimeZone& zone, Execution& execution) {
  ExecutionStart& start = execution.start;
  ExecutionEnd& end = execution.end;
  take_state(record, end);
  take_moments(record, zone, execution);
  take_text(record, "version", start.version);
  take_object(record, "arguments", start.arguments);
  take_text(record, "run_id", start.run_id);
  take_text(record, "reason", start.reason);
  take_text(record, "fingerprint", start.fingerprint);
  take_ordinal(record, "attempt", start.attempt);
  take_ordinal(record, "worker", start.worker);
  take_text(record, "message", end.message);
  take_object(record, "metrics", end.metrics);
  take_text(record, "output_path", end.output_path);
  take_resources(record, end);
  take_owner(record, execution.owner);
  take_text(record, "notes", execution.notes);
  take_object(record, "tags", execution.tags);
}

}  // namespace

std::string text_or(const Json& object, std::string_view key, std::string_view missing,
                    std::string_view prefix) {
  const Json& value = text_at(object, key, prefix);
  return value.is_null() ? std::string(missing) : value.get<std::string>();
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
  (void)text_at(record, "report_path");
  execution.end.inputs = read_files(record, "input_files", {"name"}, names);
  execution.end.outputs = read_files(record, "output_files", {"type", "description"}, names);
  read_times(record, zone, execution);
  const bool is_of_original = is_of_the_original(record);
  if (!is_of_original) take_added_keys(record, zone, execution);
  execution.epoch = 1;
  execution.imported_fields =
      fields_without_a_place(record, is_of_original, execution, zone, names);
  return execution;
}

}  // namespace rota::inline v1
