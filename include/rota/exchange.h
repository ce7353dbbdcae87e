// SPDX-License-Identifier: Apache-2.0
// The execution log as JSON, JSON lines and CSV: import and export, both streamed. Knows nothing of how a log
// stores executions. docs/log.md tells what each key and column means.
#pragma once

#include <rota/error.h>
#include <rota/execution_log.h>
#include <rota/export.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// A file that cannot be read or is no log, or a place that cannot be written: where, and what to do.
class ROTA_EXPORT ExchangeError : public Error {
 public:
  using Error::Error;
  ~ExchangeError() override;
};

struct ImportOptions {
  ImportMode mode = ImportMode::merge;
  // Of times that name no zone: "local" (of this process: TZ or the system's), "UTC", or "+HH:MM", "-HH:MM".
  std::string time_zone = "local";
  // Bad executions are left out and told in the summary; otherwise the first one ends the import. What is no
  // JSON ends it always.
  bool skip_bad = false;
};

struct ImportSummary {
  std::size_t imported = 0;
  std::size_t known = 0;    // were in the log already, with the same content
  std::size_t skipped = 0;  // bad ones; only with skip_bad
  std::vector<std::string> problems =
      {};  // of those skipped, the first 100: where, and what was wrong
};

// Adds the executions of a JSON log (schema 1.x) to `log`, in the order of the file, in one transaction: all or
// nothing. Holds some hundred executions, or about a MiB of them; memory grows with the number of different tasks, and with that
// of executions that have no task_run_id. Other writers of the log wait until it is done, readers do not.
// ExchangeError: the file; AlreadyRunningError: ImportMode::replace while an execution is active; ArgumentError:
// the time zone; LogError: the log.
ROTA_EXPORT ImportSummary import_execution_log(ExecutionLog& log,
                                               const std::filesystem::path& source,
                                               const ImportOptions& options = {});

enum class ExportFormat : std::uint8_t {
  json,   // the schema that import_execution_log reads; finished executions only
  jsonl,  // an execution a line
  csv,    // RFC 4180
};

struct ExportOptions {
  ExportFormat format = ExportFormat::json;
  ExecutionFilter filter = {};
  // Of the times in the JSON that name no zone, as in ImportOptions. Imported ones are as they were.
  std::string time_zone = "local";
};

struct ExportSummary {
  std::size_t exported = 0;
  std::size_t active = 0;          // left out of JSON: they have no end yet
  std::size_t replaced_texts = 0;  // with bytes that are no UTF-8, shown as U+FFFD
};

// Writes the executions of `log`, oldest first, from one state of it, in constant memory: `write` gets piece
// after piece and throws where it cannot take one.
ROTA_EXPORT ExportSummary export_execution_log(const ExecutionLog& log,
                                               const std::function<void(std::string_view)>& write,
                                               const ExportOptions& options = {});
// To a file, mode 0600: the whole export or, where that fails, what was there before (ExchangeError).
ROTA_EXPORT ExportSummary export_execution_log(const ExecutionLog& log,
                                               const std::filesystem::path& target,
                                               const ExportOptions& options = {});

}  // namespace rota::inline v1
