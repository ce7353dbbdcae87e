// SPDX-License-Identifier: Apache-2.0
#include "exchange/log_document.h"

#include "exchange/execution_record.h"
#include "execution_log/execution_rules.h"
#include "os/one_line.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;
using Record = nlohmann::ordered_json;

constexpr const char* kOwnFields[] = {"timestamp", "last_modified", "version"};

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* find(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

void add_members(const Json* object, Json& to) {
  if (object == nullptr || !object->is_object()) return;
  for (const auto& [key, value] : object->items()) to[key] = value;
}

}  // namespace

Record task_entry(const Execution& latest) {
  const bool is_success = latest.state() == ExecutionState::success;
  const TimePoint moment = latest.finished_at.value_or(latest.started_at);
  return {{"task_type", readable(latest.start.task_type)},
          {"last_execution",
           std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count()},
          {"last_status", is_success ? "success" : "failed"},
          {"last_report_path", report_path_of(latest)},
          {"last_task_run_id", readable(latest.task_run_id)}};
}

void check_task_entry(const Json& entry) {
  if (!entry.is_object())
    throw BadRecord(fmt::format("it is of type {}, no object", entry.type_name()));
  for (const char* key : {"task_type", "last_report_path", "last_task_run_id"})
    (void)text_or(entry, key, "");
  const std::string status = text_or(entry, "last_status", "success");
  if (status != "success" && status != "failed") {
    throw BadRecord(fmt::format("'last_status' is '{}', neither success nor failed",
                                one_line(status.substr(0, 80))));
  }
  const Json* const time = find(entry, "last_execution");
  if (time == nullptr || time->is_null()) return;
  if (!time->is_number())
    throw BadRecord(fmt::format("'last_execution' is of type {}, no number", time->type_name()));
  constexpr double kYear10000 = 253402300800.0;
  const auto seconds = time->get<double>();
  if (seconds < 0 || seconds >= kYear10000)
    throw BadRecord(fmt::format("'last_execution' is {}, no time from 1970 to 9999", seconds));
}

void check_field(const std::string& key, const Json& value, const TimeZone& zone) {
  const bool is_own = std::ranges::find(kOwnFields, key) != std::end(kOwnFields);
  if (!is_own || value.is_null()) return;
  if (!value.is_string())
    throw BadRecord(fmt::format("'{}' is of type {}, no text", key, value.type_name()));
  const auto& text = value.get_ref<const std::string&>();
  if (key == "version" && text != "1" && !text.starts_with("1.")) {
    throw BadRecord(
        fmt::format("'version' is '{}', and this program reads 1.x", one_line(text.substr(0, 80))));
  }
  if (key != "version" && !parse_time(text, zone)) {
    throw BadRecord(fmt::format("'{}' is '{}', which is no time like 2025-05-04T12:13:14.123456",
                                key, one_line(text.substr(0, 80))));
  }
}

// ---- reading ----

bool ReadDocument::add_task(const std::string& task_id, const Json& entry) {
  const auto [at, is_new] = entries_.emplace(task_id, dumped(entry));
  size_ += at->first.size() + at->second.size() + 100;
  return is_new;
}

void ReadDocument::add_field(const std::string& key, Json value) {
  size_ += key.size() + dumped(value).size();
  fields_[key] = std::move(value);
}

void ReadDocument::add_execution(Execution& execution) {
  ++executions_;
  if (!really_ran(execution.state())) return;
  constexpr std::uint64_t kBesides = 1000;
  Execution& latest = latest_[execution.start.task_id];
  if (latest.task_run_id.empty())
    size_ += kBesides;
  else
    size_ -= latest.imported_fields.size();
  size_ += execution.imported_fields.size();
  std::swap(latest, execution);  // who made the other one gives its memory back
}

Json ReadDocument::to_json() const {
  Json tasks = Json::object();
  for (const auto& [task_id, latest] : latest_) {
    const auto entry = entries_.find(task_id);
    if (entry != entries_.end() && entry->second == dumped(task_entry(latest))) continue;
    Json& task = tasks[task_id] = {{"run", latest.task_run_id}};
    if (entry != entries_.end()) task["entry"] = Json::parse(entry->second);
  }
  for (const auto& [task_id, entry] : entries_) {
    if (!latest_.contains(task_id)) tasks[task_id] = {{"run", ""}, {"entry", Json::parse(entry)}};
  }
  Json document = {{"executions", executions_}, {"fields", fields_}};
  if (!has_tasks_) document["absent"].push_back("tasks");
  if (!tasks.empty()) document["tasks"] = std::move(tasks);
  for (const char* key : kOwnFields) {
    if (!fields_.contains(key)) document["absent"].push_back(key);
  }
  return document;
}

// ---- writing ----

void WrittenDocument::add_execution(const Execution& execution) {
  ++executions_;
  oldest_ = std::min(oldest_, execution.started_at);
  newest_ = std::max(newest_, execution.finished_at.value_or(execution.started_at));
  last_has_document_ = false;
  if (execution.imported_fields.find("\"document\"") == std::string::npos) return;
  const Json imported = Json::parse(execution.imported_fields, nullptr, false);
  const Json* const document = find(imported, "document");
  if (document == nullptr || !document->is_object()) return;
  const Json* const count = find(*document, "executions");
  const Json* const absent = find(*document, "absent");
  last_has_document_ = count != nullptr && count->is_number_unsigned();
  executions_of_document_ = last_has_document_ ? count->get<std::uint64_t>() : 0;
  absent_ = absent == nullptr ? Json::array() : *absent;
  add_members(find(*document, "fields"), fields_);
  add_members(find(*document, "tasks"), tasks_);
}

bool WrittenDocument::is_absent(const char* key) const {
  return is_one_log() && std::ranges::find(absent_, Json(key)) != absent_.end();
}

std::optional<Record> WrittenDocument::entry(const Execution& latest) {
  Record entry = task_entry(latest);
  const std::string task_id = readable(latest.start.task_id).get<std::string>();
  const auto found = tasks_.find(task_id);
  if (found == tasks_.end() || !found->is_object()) return entry;
  const Json task = std::move(*found);
  tasks_.erase(found);
  const Json* const said = find(task, "entry");
  if (find(task, "run") != nullptr && task["run"] == latest.task_run_id)
    return said == nullptr ? std::nullopt : std::optional<Record>(*said);
  if (said == nullptr || !said->is_object()) return entry;
  for (const auto& [key, value] : said->items()) {
    if (!entry.contains(key)) entry[key] = value;
  }
  return entry;
}

std::map<std::string, Json> WrittenDocument::other_entries() const {
  std::map<std::string, Json> others;
  for (const auto& [task_id, task] : tasks_.items()) {
    const Json* const entry = find(task, "entry");
    if (entry != nullptr) others.emplace(task_id, *entry);
  }
  return others;
}

Record WrittenDocument::fields() const {
  Record fields = Record::object();
  const TimePoint now =
      std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  fields["timestamp"] = naive_time_text(executions_ == 0 ? now : oldest_, zone_);
  fields["last_modified"] = naive_time_text(executions_ == 0 ? now : newest_, zone_);
  fields["version"] = kSchemaVersion;
  for (const auto& [key, value] : fields_.items()) {
    const bool is_of_now = key == "last_modified" || key == "version";
    if (!is_of_now || is_one_log()) fields[key] = value;
  }
  for (const char* key : kOwnFields) {
    if (is_absent(key)) fields.erase(key);
  }
  return fields;
}

}  // namespace rota::inline v1
