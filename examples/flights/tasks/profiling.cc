// SPDX-License-Identifier: Apache-2.0
// t_1P_profiling: each column of each table in figures, as it was imported and as it is after
// cleaning.
#include "table/csv.h"
#include "table/statistics.h"
#include "table_task.h"

#include <fmt/format.h>

namespace flights {
namespace {

class ProfilingTask : public TableTask {
 public:
  using TableTask::TableTask;

  void configure_operations() override {
    csv_ = CsvWriter();
    csv_.row("stage", "table", "column", "type", "count", "missing", "distinct", "min", "q1",
             "median", "q3", "max");
    for (const std::string stage : {"imported", "clean"}) {
      for (const std::string name : {"airlines", "airports", "weather", "flights"}) {
        add_operation(
            fmt::format("{} {}", stage, name), [this, stage, name](rota::OperationContext& op) {
              return profile(stage, read_input(fmt::format("data/{}.{}.table", name, stage)), op);
            });
      }
    }
    add_operation("write", [this](rota::OperationContext&) {
      write_artifact("data/profile.csv", csv_.text(), "figures of each column");
      return rota::OperationResult::success();
    });
  }

 private:
  rota::OperationResult profile(const std::string& stage, const Table& table,
                                const rota::OperationContext& op) {
    for (const Column& column : table.columns()) {
      if (op.cancelled())
        return rota::OperationResult::error("stopped before column " + column.name);
      const ColumnProfile figures = profile_column(column);
      csv_.row(stage, table.name(), column.name, to_string(column.type()), figures.count,
               figures.missing, figures.distinct, figures.minimum, figures.first_quartile,
               figures.median, figures.third_quartile, figures.maximum);
    }
    return rota::OperationResult::success(fmt::format("{} columns", table.columns().size()));
  }

  CsvWriter csv_;
};

ROTA_TASK(ProfilingTask, .task_id = "t_1P_profiling", .task_type = "profiling",
          .description = "Count, missing, distinct, minimum, quartiles and maximum of each column",
          .version = "1.0.0", .author = "Flights example",
          .dependencies = {"t_1I_import", "t_1C_clean"});

}  // namespace
}  // namespace flights
