// SPDX-License-Identifier: Apache-2.0
// t_3R_report: delays by airline, by hour and by weather, as CSV and as one HTML page that stands
// alone.
#include "page.h"
#include "table/csv.h"
#include "table_task.h"

#include <fmt/format.h>

namespace flights {
namespace {

constexpr auto kInteger = ColumnType::integer;
constexpr auto kReal = ColumnType::real;
constexpr auto kText = ColumnType::text;

// What other programs read: four digits after the point, nothing where there is no figure.
std::string decimal(double value) { return std::isnan(value) ? "" : fmt::format("{:.4f}", value); }

class ReportTask : public TableTask {
 public:
  using TableTask::TableTask;

  void configure_operations() override {
    add_operation("delays", [this](rota::OperationContext&) { return summarize(); });
    add_operation("csv", [this](rota::OperationContext&) { return write_csv(); });
    add_operation("page", [this](rota::OperationContext&) { return write_page(); });
  }

 private:
  rota::OperationResult summarize() {
    const Table flights = read_input("data/flights.released.table");
    delays_ = summarize_delays(flights, read_input("data/weather.clean.table"),
                               read_input("data/airlines.clean.table"));
    set_metric("flights", delays_.all.flights);
    set_metric("mean_departure_delay_minutes", delays_.all.mean);
    return rota::OperationResult::success(
        fmt::format("{} airlines, {} hours", delays_.by_airline.size(), delays_.by_hour.size()));
  }

  rota::OperationResult write_csv() {
    write_delays("airline", {"carrier", "name"}, delays_.by_airline);
    write_delays("hour", {"hour"}, delays_.by_hour);
    write_delays("weather", {"condition", "band"}, delays_.by_weather);
    return rota::OperationResult::success();
  }

  void write_delays(const std::string& what, std::vector<std::string> header,
                    const std::vector<DelayLine>& lines) {
    const bool named = header.size() == 2;
    header.insert(header.end(), {"flights", "cancelled", "mean_delay", "median_delay", "late_share",
                                 "mean_arrival_delay", "flights_fair", "mean_delay_fair",
                                 "flights_rough", "mean_delay_rough"});
    CsvWriter csv;
    csv.row(header);
    for (const auto& [group, name, figures] : lines) {
      std::vector<std::string> fields = {group};
      if (named) fields.push_back(name);
      fields.insert(fields.end(),
                    {std::to_string(figures.flights), std::to_string(figures.cancelled),
                     decimal(figures.mean), decimal(figures.median), decimal(figures.late_share),
                     decimal(figures.mean_arrival), std::to_string(figures.flights_fair),
                     decimal(figures.mean_fair), std::to_string(figures.flights_rough),
                     decimal(figures.mean_rough)});
      csv.row(fields);
    }
    write_artifact(fmt::format("report/delays_by_{}.csv", what), csv.text(), "delays by " + what);
  }

  rota::OperationResult write_page() {
    const PageData data{
        delays_,
        read_csv_input("data/profile.csv", {{"stage", kText},
                                            {"table", kText},
                                            {"column", kText},
                                            {"type", kText},
                                            {"count", kInteger},
                                            {"missing", kInteger},
                                            {"distinct", kInteger},
                                            {"min", kText},
                                            {"q1", kText},
                                            {"median", kText},
                                            {"q3", kText},
                                            {"max", kText}}),
        read_csv_input("data/cleaning.csv", {{"table", kText},
                                             {"column", kText},
                                             {"rule", kText},
                                             {"action", kText},
                                             {"count", kInteger}}),
        read_csv_input("data/anonymity.csv", {{"measure", kText}, {"value", kReal}})};
    write_artifact("report/index.html", report_page(data), "the report, a page that stands alone");
    return rota::OperationResult::success();
  }

  DelayTables delays_;
};

ROTA_TASK(ReportTask, .task_id = "t_3R_report", .task_type = "report",
          .description = "Delays by airline, hour and weather, as a page and as CSV",
          .version = "1.0.0", .author = "Flights example",
          .dependencies = {"t_1C_clean", "t_1P_profiling", "t_2A_pseudonymize"});

}  // namespace
}  // namespace flights
