// SPDX-License-Identifier: Apache-2.0
// From an execution to a record; execution_record.cc is the way back.
#include "exchange/execution_record.h"
#include "os/text.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;
using Record = nlohmann::ordered_json;
using std::chrono::microseconds;

double seconds(microseconds duration) { return static_cast<double>(duration.count()) / 1e6; }

// The keys of one record. For an imported execution only those that tell something: the others were not there.
class RecordWriter {
 public:
  RecordWriter(const Execution& execution, bool is_imported, RecordStyle& style)
      : execution_(execution), is_imported_(is_imported), style_(style) {}

  Record write() {
    write_schema();
    write_state();
    write_start();
    write_end();
    return std::move(record_);
  }

 private:
  Record text(const std::string& text) {
    if (is_utf8(text)) return text;
    ++style_.replaced_texts;
    return readable(text);
  }
  // As JSON where that gives the very same text back.
  Record json(const std::string& given) {
    Json parsed = Json::parse(given, nullptr, false);
    if (parsed.is_object() && parsed.dump(-1, ' ', false, Json::error_handler_t::replace) == given)
      return parsed;
    return text(given);
  }
  void add_text(const char* key, const std::string& value) {
    if (!is_imported_ || !value.empty()) record_[key] = text(value);
  }
  void add_json(const char* key, const std::string& value) {
    if (!is_imported_ || value != "{}") record_[key] = json(value);
  }
  template <class Value>
  void add_if_known(const char* key, const std::optional<Value>& value) {
    if (value) record_[key] = *value;
  }

  void write_schema() {
    record_["task_id"] = text(execution_.start.task_id);
    record_["task_type"] = text(execution_.start.task_type);
    record_["task_run_id"] = text(execution_.task_run_id);
    if (!is_imported_ && execution_.finished_at)
      record_["timestamp"] = naive_time_text(*execution_.finished_at, style_.zone);
    record_["success"] = execution_.state() == ExecutionState::success;
    if (execution_.finished_at) {
      const microseconds duration = *execution_.finished_at - execution_.started_at;
      record_["execution_time"] =
          seconds(std::max(duration, microseconds(0)));  // the clock may be set back
    }
    if (!is_imported_) record_["report_path"] = report_path_of(execution_);
    record_["input_files"] = files(execution_.end.inputs, false);
    record_["output_files"] = files(execution_.end.outputs, true);
    record_["hostname"] = text(execution_.owner.host);
  }

  Record files(const std::vector<FileStamp>& stamps, bool are_outputs) {
    Record list = Record::array();
    for (const FileStamp& stamp : stamps) {
      Record file = Record::object();
      if (!is_imported_ && !are_outputs)
        file["name"] = text(std::filesystem::path(stamp.path).filename().native());
      file["path"] = text(stamp.path);
      if (!is_imported_ && are_outputs) {
        file["type"] = "file";
        file["description"] = "";
      }
      const bool is_known = stamp.size_bytes != 0 || stamp.mtime_nanoseconds != 0;
      const auto must_tell = [&](bool is_zero) { return is_known && !(is_imported_ && is_zero); };
      if (must_tell(stamp.size_bytes == 0)) file["size_bytes"] = stamp.size_bytes;
      if (must_tell(stamp.mtime_nanoseconds == 0))
        file["mtime_nanoseconds"] = stamp.mtime_nanoseconds;
      if (!stamp.content_hash.empty()) file["content_hash"] = text(stamp.content_hash);
      list.push_back(std::move(file));
    }
    return list;
  }

  void write_state() {
    const ExecutionState state = execution_.state();
    const bool follows_from_success =
        state == ExecutionState::success || state == ExecutionState::failed;
    if (!is_imported_ || !follows_from_success) record_["state"] = to_string(state);
    if (is_imported_) return;
    record_["started_at"] = utc_text(execution_.started_at);
    if (execution_.finished_at) record_["finished_at"] = utc_text(*execution_.finished_at);
  }

  void write_start() {
    const ExecutionStart& start = execution_.start;
    add_text("version", start.version);
    add_json("arguments", start.arguments);
    add_text("run_id", start.run_id);
    add_text("reason", start.reason);
    add_text("fingerprint", start.fingerprint);
    if (start.attempt != 1) record_["attempt"] = start.attempt;
    if (start.worker != 0) record_["worker"] = start.worker;
    const Owner& owner = execution_.owner;
    if (is_imported_ && owner.pid == 0) return;
    record_["owner"] = {
        {"boot_id", text(owner.boot_id)}, {"pid", owner.pid}, {"start_ticks", owner.start_ticks}};
  }

  void write_end() {
    const ExecutionEnd& end = execution_.end;
    add_text("message", end.message);
    add_json("metrics", end.metrics);
    add_if_known("exit_code", end.exit_code);
    add_if_known("signal", end.signal);
    if (!end.output_path.empty()) record_["output_path"] = text(end.output_path);
    if (end.cpu_time) record_["cpu_time"] = seconds(*end.cpu_time);
    add_if_known("peak_memory_bytes", end.peak_memory_bytes);
    if (!execution_.notes.empty()) record_["notes"] = text(execution_.notes);
    if (execution_.tags != "{}") record_["tags"] = json(execution_.tags);
  }

  const Execution& execution_;
  const bool is_imported_;
  RecordStyle& style_;
  Record record_ = Record::object();
};

// The files as they were imported, with what has become known of them since; one that was named more than once stays
// as it was. `names` are those of the files that have a path, where they are not the paths themselves, each once.
Record merged_files(const Json& imported, const Json& names, const Record& present) {
  if (!imported.is_array()) return present.empty() ? Record(imported) : present;
  std::map<std::string, const Record*> known;
  for (const Record& file : present) known.emplace(file.at("path").get<std::string>(), &file);
  std::map<std::string, int> times;
  for (const Json& name : names) ++times[name.is_string() ? name.get<std::string>() : ""];
  std::set<std::string> merged_names;
  Record merged = Record::array();
  std::size_t index = 0;
  for (const Json& file : imported) {
    merged.push_back(Record(file));
    const std::string path = text_or(file, "path", "");
    if (path.empty()) continue;
    const bool is_named = index < names.size() && names[index].is_string();
    const std::string name = is_named ? names[index].get<std::string>() : path;
    ++index;
    const auto found = known.find(name);
    if (found == known.end()) return present;  // it is not the list that was imported
    merged_names.insert(name);
    if (times[name] > 1) continue;
    for (const auto& [key, value] : found->second->items()) {
      if (!file.contains(key)) merged.back()[key] = value;
    }
  }
  for (const Record& file : present) {
    if (!merged_names.contains(file.at("path").get<std::string>())) merged.push_back(file);
  }
  return merged;
}

bool are_files(std::string_view key) { return key == "input_files" || key == "output_files"; }

Json names_of(const Json& imported_fields, const std::string& key) {
  const auto names = imported_fields.find("names");
  if (names == imported_fields.end() || !names->is_object()) return Json::array();
  return names->value(key, Json::array());
}

// Tags that were imported as the text of an object are an object since.
bool is_same_object(const Json& text, const Record& object) {
  return text.is_string() && object.is_object() &&
         object.dump() == text.get_ref<const std::string&>();
}

void restore_imported(const Json& imported_fields, Record& record) {
  if (const auto absent = imported_fields.find("absent"); absent != imported_fields.end()) {
    for (const Json& element : *absent) {
      const std::string key = element.is_string() ? element.get<std::string>() : "";
      const auto found = record.find(key);
      const bool became_known = found != record.end() && are_files(key) && !found->empty();
      if (found != record.end() && !became_known) record.erase(found);
    }
  }
  for (const auto& [key, value] : imported_fields["record"].items()) {
    const bool is_free = (key == "notes" || key == "tags") && record.contains(key);
    const bool was_edited = is_free && !is_same_object(value, record[key]);
    if (was_edited) continue;
    record[key] = are_files(key) ? merged_files(value, names_of(imported_fields, key), record[key])
                                 : Record(value);
  }
}

}  // namespace

Record readable(const std::string& text) {
  if (is_utf8(text)) return text;
  return Record::parse(Record(text).dump(-1, ' ', false, Record::error_handler_t::replace));
}

std::string report_path_of(const Execution& execution) {
  const auto text = [](const Json& value) {
    return value.is_string() ? value.get<std::string>() : std::string();
  };
  if (execution.imported_fields != "{}") {
    const Json imported = Json::parse(execution.imported_fields, nullptr, false);
    if (imported.is_object() && imported.contains("record"))
      return text(imported_field(imported, "report_path"));
  }
  const Json tags = Json::parse(execution.tags, nullptr, false);
  return tags.is_object() ? text(tags.value("report_path", Json())) : "";
}

Record record_of_columns(const Execution& execution, RecordStyle& style) {
  return RecordWriter(execution, true, style).write();
}

Record record_of_execution(const Execution& execution, RecordStyle& style) {
  if (execution.imported_fields == "{}") return RecordWriter(execution, false, style).write();
  const Json imported = Json::parse(execution.imported_fields, nullptr, false);
  const bool is_imported =
      imported.is_object() && imported.contains("record") && imported["record"].is_object();
  Record record = RecordWriter(execution, is_imported, style).write();
  if (is_imported) restore_imported(imported, record);
  return record;
}

}  // namespace rota::inline v1
