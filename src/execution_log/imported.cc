// SPDX-License-Identifier: Apache-2.0
#include "execution_log/imported.h"

#include "execution_log/execution_rules.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rota::inline v1 {
namespace {

auto compared(const ExecutionStart& start) {
  return std::tie(start.task_id, start.task_type, start.version, start.arguments, start.run_id,
                  start.reason, start.fingerprint, start.attempt, start.worker);
}

auto compared(const ExecutionEnd& end) {
  return std::tie(end.state, end.message, end.metrics, end.exit_code, end.signal, end.output_path,
                  end.cpu_time, end.peak_memory_bytes);
}

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

}  // namespace

ImportedAs compare_imported(const Execution& stored, const Execution& imported) {
  const bool is_same = compared(stored.start) == compared(imported.start) &&
                       compared(stored.end) == compared(imported.end) &&
                       begins_with(stored.end.inputs, imported.end.inputs) &&
                       begins_with(stored.end.outputs, imported.end.outputs) &&
                       stored.started_at == imported.started_at &&
                       stored.finished_at == imported.finished_at &&
                       stored.owner == imported.owner &&
                       are_same_fields(stored.imported_fields, imported.imported_fields);
  return is_same ? ImportedAs::known : ImportedAs::differs;
}

std::string cannot_replace_message(const Execution& active) {
  return fmt::format("the executions cannot be replaced: {}", already_running_message(active));
}

}  // namespace rota::inline v1
