// SPDX-License-Identifier: Apache-2.0
// What a JSON log has besides its executions: "tasks", which follow from the executions, and the keys of the log
// itself. Knows nothing of how it is read and written.
//
// What does not follow is kept as "document" in the imported_fields of the last execution that an import adds:
//   "executions"  how many the log had
//   "fields"      its keys and their values, but for "executions" and "tasks"
//   "absent"      which of "tasks", "timestamp", "last_modified", "version" it did not have
//   "tasks"       by task id, what does not follow: "run", the last execution of the task ("" for none), and
//                 "entry", what the log said of the task; without it the log said nothing
#pragma once

#include "exchange/time_zone.h"
#include <rota/execution_log.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace rota::inline v1 {

inline constexpr const char* kSchemaVersion = "1.0.0";

// What "tasks" says of a task whose latest execution this is.
nlohmann::ordered_json task_entry(const Execution& latest);
// Throw BadRecord.
void check_task_entry(const nlohmann::json& entry);
void check_field(const std::string& key, const nlohmann::json& value, const TimeZone& zone);

// What an import has seen of a log.
class ReadDocument {
 public:
  void has_tasks() noexcept { has_tasks_ = true; }
  // Each in the order of the log; false for one that was there before.
  bool add_task(const std::string& task_id, const nlohmann::json& entry);
  void add_field(const std::string& key, nlohmann::json value);
  // Takes it, and leaves another one.
  void add_execution(Execution& execution);
  // Bytes of what is held, about.
  std::uint64_t size() const noexcept { return size_; }

  nlohmann::json to_json() const;

 private:
  bool has_tasks_ = false;
  std::uint64_t size_ = 0;
  std::uint64_t executions_ = 0;
  nlohmann::json fields_ = nlohmann::json::object();
  std::map<std::string, std::string> entries_;  // as JSON text
  std::map<std::string, Execution> latest_;     // of each task
};

// What an export has seen of the documents of its executions, and what it makes of them.
class WrittenDocument {
 public:
  explicit WrittenDocument(const TimeZone& zone) : zone_(zone) {}

  // Oldest first.
  void add_execution(const Execution& execution);
  bool has_tasks() const { return !is_absent("tasks"); }
  // Nothing: the log said nothing of this task.
  std::optional<nlohmann::ordered_json> entry(const Execution& latest);
  // Entries of tasks without an execution, after all others were asked for.
  std::map<std::string, nlohmann::json> other_entries() const;
  nlohmann::ordered_json fields() const;

 private:
  bool is_one_log() const { return last_has_document_ && executions_of_document_ == executions_; }
  bool is_absent(const char* key) const;

  TimeZone zone_;
  std::uint64_t executions_ = 0;
  std::uint64_t executions_of_document_ = 0;
  bool last_has_document_ = false;
  TimePoint oldest_ = TimePoint::max();
  TimePoint newest_ = TimePoint::min();
  nlohmann::json fields_ = nlohmann::json::object();
  nlohmann::json absent_ = nlohmann::json::array();
  nlohmann::json tasks_ = nlohmann::json::object();
};

}  // namespace rota::inline v1
