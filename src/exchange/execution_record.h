// SPDX-License-Identifier: Apache-2.0
// An execution as a JSON object of a JSON log, and back without loss. Knows nothing of the log around it.
//
// What a record has and an execution has no place for is kept in Execution::imported_fields:
//   "record"    the keys that the execution alone would not give, with their values as they were
//   "absent"    the keys that the execution would give, and the record did not have
//   "names"     for input_files and output_files: the name in this log of each file that has a path, where they
//               are not the paths themselves, each once
//   "document"  what the log around it had (log_document.h); with the last execution of an import
#pragma once

#include "exchange/time_zone.h"
#include "execution_log/file_names.h"
#include <rota/execution_log.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace rota::inline v1 {

// A record that cannot be taken; the message names the key and what is wrong with it.
class BadRecord : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws BadRecord. The task_run_id is empty where the record has none. Files get their names in the log, each once.
Execution execution_of_record(const nlohmann::json& record, const TimeZone& zone,
                              const FileNames& names);

// Of one export: the zone of the times that name none, and how many texts were no UTF-8.
struct RecordStyle {
  TimeZone zone;
  std::size_t replaced_texts = 0;
};

// Without a time of the end while the execution has none.
nlohmann::ordered_json record_of_execution(const Execution& execution, RecordStyle& style);

// Only what such an execution gives when it was imported: without that which imported_fields has.
nlohmann::ordered_json record_of_columns(const Execution& execution, RecordStyle& style);

// The text, with U+FFFD for what is no UTF-8.
nlohmann::ordered_json readable(const std::string& text);

// What an imported record had under this key and the execution has no place for; else null.
nlohmann::json imported_field(const nlohmann::json& imported_fields, std::string_view key);

// Of the report that the original's records name: where an execution was imported, as its record had it, else its tag
// "report_path". Empty: none.
std::string report_path_of(const Execution& execution);

// Checks of values that several readers of JSON need; null counts as missing. Throw BadRecord; `name` is the
// value's in the message.
std::string text_or(const nlohmann::json& object, std::string_view key, std::string_view missing,
                    std::string_view prefix = "");

}  // namespace rota::inline v1
