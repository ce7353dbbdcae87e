// SPDX-License-Identifier: Apache-2.0
#include "exchange/execution_record.h"
#include "exchange/export_formats.h"
#include "os/text.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kHeader =
    "started_sequence,finished_sequence,task_run_id,task_id,task_type,state,started_at,finished_at,"
    "execution_time,version,arguments,run_id,reason,message,metrics,exit_code,signal,output_path,"
    "cpu_time,peak_memory_bytes,input_files,output_files,report_path,hostname,pid,notes,tags,"
    "attempt,worker,fingerprint\r\n";

// Also the wide forms of = + - @, which some take for them.
bool begins_as_formula(std::string_view text) {
  if (text.empty()) return false;
  constexpr std::string_view kWide[] = {"\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  return std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos ||
         std::ranges::any_of(kWide, [&](std::string_view wide) { return text.starts_with(wide); });
}

// One line of RFC 4180.
class Row {
 public:
  explicit Row(std::size_t& replaced_texts) : replaced_texts_(replaced_texts) {}

  // A cell that a spreadsheet would run as a formula is kept from it by a leading '.
  Row& text(const std::string& given) {
    const std::string shown = readable(given);
    const bool is_formula = begins_as_formula(shown);
    return cell((is_formula ? "'" : "") + shown);
  }
  template <class Number>
  Row& number(Number value) {
    return cell(fmt::format("{}", value));
  }
  template <class Number>
  Row& number(const std::optional<Number>& value) {
    return value ? number(*value) : cell("");
  }
  Row& seconds(std::chrono::microseconds duration) {
    return cell(fmt::format("{}", static_cast<double>(duration.count()) / 1e6));
  }
  Row& none() { return cell(""); }
  std::string take() {
    line_ += "\r\n";
    return std::move(line_);
  }

 private:
  Row& cell(std::string_view content) {
    if (!std::exchange(is_first_, false)) line_ += ',';
    if (content.find_first_of(",\"\r\n") == std::string_view::npos) {
      line_ += content;
      return *this;
    }
    line_ += '"';
    for (const char c : content) {
      if (c == '"') line_ += '"';
      line_ += c;
    }
    line_ += '"';
    return *this;
  }
  std::string readable(const std::string& given) {
    if (is_utf8(given)) return given;
    ++replaced_texts_;
    return Json::parse(Json(given).dump(-1, ' ', false, Json::error_handler_t::replace))
        .get<std::string>();
  }

  std::size_t& replaced_texts_;
  std::string line_;
  bool is_first_ = true;
};

// A JSON list.
std::string paths_of(const std::vector<FileStamp>& files) {
  Json paths = Json::array();
  for (const FileStamp& file : files) paths.push_back(file.path);
  return paths.empty() ? "" : paths.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void add_times(const Execution& execution, Row& row) {
  row.text(utc_text(execution.started_at));
  if (!execution.finished_at) {
    row.none().none();
    return;
  }
  row.text(utc_text(*execution.finished_at))
      .seconds(
          std::max(*execution.finished_at - execution.started_at, std::chrono::microseconds(0)));
}

void add_end(const ExecutionEnd& end, Row& row) {
  row.text(end.message)
      .text(end.metrics)
      .number(end.exit_code)
      .number(end.signal)
      .text(end.output_path);
  end.cpu_time ? row.seconds(*end.cpu_time) : row.none();
  row.number(end.peak_memory_bytes).text(paths_of(end.inputs)).text(paths_of(end.outputs));
}

std::string line_of(const Execution& execution, std::size_t& replaced_texts) {
  const ExecutionStart& start = execution.start;
  Row row(replaced_texts);
  row.number(execution.started_sequence);
  execution.finished_sequence == 0 ? row.none() : row.number(execution.finished_sequence);
  row.text(execution.task_run_id)
      .text(start.task_id)
      .text(start.task_type)
      .text(std::string(to_string(execution.state())));
  add_times(execution, row);
  row.text(start.version).text(start.arguments).text(start.run_id).text(start.reason);
  add_end(execution.end, row);
  row.text(report_path_of(execution))
      .text(execution.owner.host)
      .number(execution.owner.pid)
      .text(execution.notes)
      .text(execution.tags)
      .number(start.attempt);
  start.worker == 0 ? row.none() : row.number(start.worker);
  row.text(start.fingerprint);
  return row.take();
}

}  // namespace

ExportSummary write_csv(const LogSnapshot& log, const WritePiece& write,
                        const ExportOptions& options) {
  ExportSummary summary;
  write(kHeader);
  log.for_each_execution(options.filter, [&](const Execution& execution) {
    write(line_of(execution, summary.replaced_texts));
    ++summary.exported;
    return true;
  });
  return summary;
}

}  // namespace rota::inline v1
