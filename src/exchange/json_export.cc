// SPDX-License-Identifier: Apache-2.0
#include "exchange/execution_record.h"
#include "exchange/export_formats.h"
#include "exchange/log_document.h"

#include <string>
#include <utility>

namespace rota::inline v1 {
namespace {

using Record = nlohmann::ordered_json;

std::string line_of(const Record& json) {
  return json.dump(-1, ' ', false, Record::error_handler_t::replace);
}

// Elements between commas, each on a line of its own.
class List {
 public:
  explicit List(const WritePiece& write) : write_(write) {}
  void add(std::string element) {
    write_(std::exchange(is_empty_, false) ? "\n" + std::move(element)
                                           : ",\n" + std::move(element));
  }

 private:
  const WritePiece& write_;
  bool is_empty_ = true;
};

std::string member(const std::string& key, const Record& value) {
  return line_of(key) + ": " + line_of(value);
}

void write_tasks(const LogSnapshot& log, const WritePiece& write, const ExportOptions& options,
                 WrittenDocument& document) {
  write(",\n\"tasks\": {");
  List tasks(write);
  log.for_each_latest_execution([&](const Execution& latest) {
    const std::string& task_id = latest.start.task_id;
    if (options.filter.task_id.value_or(task_id) != task_id) return true;
    if (const auto entry = document.entry(latest)) tasks.add(member(task_id, *entry));
    return true;
  });
  if (!options.filter.task_id) {
    for (const auto& [task_id, entry] : document.other_entries()) tasks.add(member(task_id, entry));
  }
  write("\n}");
}

}  // namespace

// "executions" come first, since the documents that they carry tell what is not computed of the rest.
ExportSummary write_json(const LogSnapshot& log, const WritePiece& write,
                         const ExportOptions& options) {
  ExportSummary summary;
  RecordStyle style{TimeZone(options.time_zone)};
  WrittenDocument document(style.zone);
  write("{\n\"executions\": [");
  List executions(write);
  log.for_each_execution(options.filter, [&](const Execution& execution) {
    if (!execution.finished_at) {
      ++summary.active;
      return true;
    }
    document.add_execution(execution);
    executions.add(line_of(record_of_execution(execution, style)));
    ++summary.exported;
    return true;
  });
  write("\n]");
  if (document.has_tasks()) write_tasks(log, write, options, document);
  const Record fields = document.fields();
  for (const auto& [key, value] : fields.items()) write(",\n" + member(key, value));
  write("\n}\n");
  summary.replaced_texts = style.replaced_texts;
  return summary;
}

ExportSummary write_json_lines(const LogSnapshot& log, const WritePiece& write,
                               const ExportOptions& options) {
  ExportSummary summary;
  RecordStyle style{TimeZone(options.time_zone)};
  log.for_each_execution(options.filter, [&](const Execution& execution) {
    Record record = record_of_execution(execution, style);
    record.emplace("started_sequence", execution.started_sequence);
    record.emplace("finished_sequence", execution.finished_sequence);
    write(line_of(record) + "\n");
    ++summary.exported;
    return true;
  });
  summary.replaced_texts = style.replaced_texts;
  return summary;
}

}  // namespace rota::inline v1
