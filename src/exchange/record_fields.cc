// SPDX-License-Identifier: Apache-2.0
#include "exchange/record_fields.h"

#include "exchange/execution_record.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;

const Json& value_of(const Json& object, std::string_view key) {
  static const Json kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

// An empty id is replaced by one that is made.
bool is_no_id(std::string_view key, const Json& value) {
  return key == "task_run_id" && value.is_string() && value.get_ref<const std::string&>().empty();
}

// ---- any record ----

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

// Of any record.
std::string compare_with_columns(const Json& record, const Execution& execution,
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
    const bool is_same = found != written.end() && are_same(*found, value) && !is_no_id(key, value);
    if (!is_same) kept["record"][key] = value;
  }
  for (const auto& [key, value] : written.items()) {
    if (!record.contains(key)) kept["absent"].push_back(key);
  }
  return kept.dump();
}

// ---- records as the original writes them: the same, without a record that is made to compare with ----

// The keys that the columns of such an execution give, in byte order.
constexpr std::string_view kGiven[] = {"execution_time", "hostname", "input_files", "output_files",
                                       "success",        "task_id",  "task_run_id", "task_type"};
constexpr std::string_view kAdded[] = {
    "arguments", "attempt", "cpu_time", "exit_code",   "fingerprint", "finished_at",
    "message",   "metrics", "notes",    "output_path", "owner",       "peak_memory_bytes",
    "reason",    "run_id",  "signal",   "started_at",  "state",       "tags",
    "version",   "worker"};

// Most differ in their length already.
template <std::size_t Count>
bool is_one_of(std::string_view key, const std::string_view (&keys)[Count]) {
  return std::ranges::find(keys, key) != std::end(keys);
}

bool is_given(std::string_view key, const Json& value, const Execution& execution) {
  if (key == "success") return value.is_boolean();
  if (key == "execution_time") {
    const double seconds =
        static_cast<double>((*execution.finished_at - execution.started_at).count()) / 1e6;
    return value.is_number_float() && value.get<double>() == seconds &&
           !std::signbit(value.get<double>());
  }
  if (key == "input_files" || key == "output_files") return value.is_array() && value.empty();
  if (key == "task_run_id") {
    return value.is_string() && value.get_ref<const std::string&>() == execution.task_run_id &&
           !execution.task_run_id.empty();
  }
  return value.is_string() && is_one_of(key, kGiven);
}

// True: the paths are the names, each once, so that nothing need be said of them.
bool are_names(const Json& files, const std::vector<FileStamp>& stamps) {
  std::size_t at = 0;
  for (const Json& file : files) {
    const Json& path = value_of(file, "path");
    if (!path.is_string() || path.get_ref<const std::string&>().empty()) continue;
    if (at == stamps.size() || stamps[at++].path != path.get_ref<const std::string&>())
      return false;
  }
  return at == stamps.size();
}

bool is_plain_text(const std::string& text) {
  return std::ranges::all_of(
      text, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\'; });
}

void append_text(std::string& out, const std::string& text) {
  if (is_plain_text(text)) {
    out.append(1, '"').append(text).append(1, '"');
  } else {
    out += Json(text).dump();
  }
}

// As dump() does.
void append_json(std::string& out, const Json& value) {
  if (value.is_string()) return append_text(out, value.get_ref<const std::string&>());
  if (!value.is_structured()) {
    out += value.dump();
    return;
  }
  out += value.is_array() ? '[' : '{';
  bool is_first = true;
  for (auto item = value.begin(); item != value.end(); ++item) {
    if (!std::exchange(is_first, false)) out += ',';
    if (value.is_object()) {
      append_text(out, item.key());
      out += ':';
    }
    append_json(out, *item);
  }
  out += value.is_array() ? ']' : '}';
}

std::string fields_of_original(const Json& record, const Execution& execution,
                               const FileNames& names) {
  std::string out = "{";
  for (const std::string_view key : kGiven) {
    if (record.contains(key)) continue;
    out.append(out.size() == 1 ? "\"absent\":[\"" : ",\"").append(key).append(1, '"');
  }
  if (out.size() > 1) out += "],";
  Json named;
  if (!are_names(value_of(record, "input_files"), execution.end.inputs))
    named["input_files"] = names_of_files(record, "input_files", names);
  if (!are_names(value_of(record, "output_files"), execution.end.outputs))
    named["output_files"] = names_of_files(record, "output_files", names);
  if (!named.is_null()) out += "\"names\":" + named.dump() + ",";
  out += "\"record\":{";
  bool is_first = true;
  for (auto item = record.begin(); item != record.end(); ++item) {
    if (is_given(item.key(), *item, execution)) continue;
    if (!std::exchange(is_first, false)) out += ',';
    append_text(out, item.key());
    out += ':';
    append_json(out, *item);
  }
  return out += "}}";
}

}  // namespace

bool is_of_the_original(const Json& record) {
  return std::ranges::none_of(record.get_ref<const Json::object_t&>(),
                              [](const auto& item) { return is_one_of(item.first, kAdded); });
}

std::string fields_without_a_place(const Json& record, bool is_of_original,
                                   const Execution& execution, const TimeZone& zone,
                                   const FileNames& names) {
  return is_of_original ? fields_of_original(record, execution, names)
                        : compare_with_columns(record, execution, zone, names);
}

}  // namespace rota::inline v1
