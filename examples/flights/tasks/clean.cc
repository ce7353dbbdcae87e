// SPDX-License-Identifier: Apache-2.0
// t_1C_clean: what is missing or impossible, counted by column in data/cleaning.csv. Impossible
// values become missing in the clean tables; every row stays.
#include "cleaning.h"
#include "table/csv.h"
#include "table_task.h"

#include <functional>
#include <map>

#include <fmt/format.h>

namespace flights {
namespace {

class CleanTask : public TableTask {
 public:
  using TableTask::TableTask;

  bool initialize() override {
    tables_.clear();
    findings_.clear();
    return true;
  }

  void configure_operations() override {
    add_cleaning("airlines", clean_airlines);
    add_cleaning("airports", clean_airports);
    add_cleaning("weather", clean_weather);
    add_cleaning("flights", [this](Table& flights) {
      return clean_flights(flights, tables_.at("airports"), tables_.at("airlines"));
    });
    add_operation("rejected", [this](rota::OperationContext&) { return count_rejected(); });
    add_operation("findings", [this](rota::OperationContext&) { return write_findings(); });
  }

 private:
  void add_cleaning(const std::string& name, std::function<std::vector<Finding>(Table&)> clean) {
    add_operation(name, [this, name, clean = std::move(clean)](rota::OperationContext&) {
      Table& table = tables_.emplace(name, read_input(fmt::format("data/{}.imported.table", name)))
                         .first->second;
      const std::vector<Finding> findings = clean(table);
      write_output(fmt::format("data/{}.clean.table", name), table);
      findings_.insert(findings_.end(), findings.begin(), findings.end());

      std::map<Action, std::size_t> counts;
      for (const Finding& finding : findings) counts[finding.action] += finding.count;
      set_metric(name + ".made_missing", counts[Action::made_missing]);
      set_metric(name + ".rewritten", counts[Action::rewritten]);
      return rota::OperationResult::success(
          fmt::format("{} rows, {} values made missing, {} rewritten", table.rows(),
                      counts[Action::made_missing], counts[Action::rewritten]));
    });
  }

  // What the import could not read belongs to the same count.
  rota::OperationResult count_rejected() {
    std::map<std::pair<std::string, std::string>, std::size_t> counts;
    for (const auto& [name, table] : tables_) {
      counts[{name, ""}] = 0;
      for (const Column& column : table.columns()) counts[{name, column.name}] = 0;
    }
    const Table rejected = read_csv_input(
        "data/rejected.csv", {{"file", ColumnType::text}, {"column", ColumnType::text}});
    for (std::size_t row = 0; row < rejected.rows(); ++row) {
      const std::string_view file = rejected.texts("file").at(row);
      const std::string_view column = rejected.texts("column").at(row);  // empty: the whole row
      ++counts[{std::string(file.substr(0, file.find('.'))), std::string(column)}];
    }
    for (const auto& [where, count] : counts) {
      const auto& [table, column] = where;
      findings_.push_back({table, column, column.empty() ? "unreadable_row" : "unreadable_value",
                           column.empty() ? Action::counted : Action::made_missing, count});
    }
    return rota::OperationResult::success();
  }

  rota::OperationResult write_findings() {
    CsvWriter csv;
    csv.row("table", "column", "rule", "action", "count");
    for (const Finding& finding : findings_) {
      csv.row(finding.table, finding.column, finding.rule, to_string(finding.action),
              finding.count);
    }
    write_artifact("data/cleaning.csv", csv.text(),
                   "what is missing or impossible, by column and rule");
    return rota::OperationResult::success(fmt::format("{} rules checked", findings_.size()));
  }

  std::map<std::string, Table> tables_;
  std::vector<Finding> findings_;
};

ROTA_TASK(CleanTask, .task_id = "t_1C_clean", .task_type = "cleaning",
          .description = "Counts what is missing or impossible and makes impossible values missing",
          .version = "1.0.0", .author = "Flights example", .dependencies = {"t_1I_import"});

}  // namespace
}  // namespace flights
