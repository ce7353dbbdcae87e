// SPDX-License-Identifier: Apache-2.0
// t_2A_pseudonymize: the flights as they may be given away: tail numbers are keyed pseudonyms, and
// it is checked, in the file itself, that no original is left. How far carrier, route and hour
// still single out a flight is reported in data/anonymity.csv.
#include "pseudonym.h"
#include "table/csv.h"
#include "table/statistics.h"
#include "table_task.h"

#include <algorithm>

#include <fmt/format.h>

namespace flights {
namespace {

constexpr const char* kUnchecked = "data/flights.unchecked.table";
constexpr const char* kReleased = "data/flights.released.table";

class PseudonymizeTask : public TableTask {
 public:
  using TableTask::TableTask;

  void configure_operations() override {
    add_operation("pseudonyms", [this](rota::OperationContext&) { return write_pseudonyms(); });
    add_operation("check", [this](rota::OperationContext&) { return check_and_release(); });
    add_operation("anonymity", [this](rota::OperationContext&) { return measure_anonymity(); });
  }

 private:
  rota::OperationResult write_pseudonyms() {
    Table flights = read_input("data/flights.clean.table");
    const Key key = load_or_create_key(project_file(arguments().get<std::string>("key")));
    const Texts tailnum = flights.texts("tailnum").without_unused();
    originals_ = tailnum.dictionary();
    flights.column("tailnum").values = pseudonymize(tailnum, key);
    write_table(project_file(kUnchecked), flights);
    set_metric("pseudonyms", originals_.size());
    return rota::OperationResult::success(fmt::format("{} tail numbers", originals_.size()));
  }

  // Whatever column it is in: the bytes of the file decide.
  rota::OperationResult check_and_release() {
    const auto unchecked = project_file(kUnchecked);
    const std::string original = find_original(read_file(unchecked), originals_);
    if (!original.empty()) {
      std::filesystem::remove(unchecked);
      return rota::OperationResult::error(
          fmt::format("tail number {} is still in the file: nothing was released", original));
    }
    rename_file(unchecked, project_file(kReleased));
    add_artifact(project_file(kReleased), "flights with pseudonyms for tail numbers");
    return rota::OperationResult::success(
        fmt::format("none of {} originals is left", originals_.size()));
  }

  rota::OperationResult measure_anonymity() {
    const auto k = arguments().get<std::size_t>("k");
    const Table flights = read_table(project_file(kReleased));
    std::vector<std::size_t> groups = group_sizes(flights, {"carrier", "origin", "dest", "hour"});
    std::sort(groups.begin(), groups.end());
    const auto single = std::upper_bound(groups.begin(), groups.end(), 1U) - groups.begin();
    std::size_t small = 0, rows_in_small = 0;
    for (; small < groups.size() && groups[small] < k; ++small) rows_in_small += groups[small];
    const double share =
        static_cast<double>(rows_in_small) / static_cast<double>(std::max(flights.rows(), 1UL));

    CsvWriter csv;
    csv.row("measure", "value");
    const auto report = [&](const std::string& name, auto value) {
      csv.row(name, value);
      set_metric(name, value);
    };
    report("k", k);
    report("rows", flights.rows());
    report("groups", groups.size());
    report("smallest_group", groups.empty() ? 0 : groups.front());
    report("groups_of_one", single);
    report("groups_below_k", small);
    report("rows_below_k", rows_in_small);
    report("share_of_rows_below_k", share);
    write_artifact("data/anonymity.csv", csv.text(), "k-anonymity of carrier, route and hour");
    return rota::OperationResult::success(
        fmt::format("{} of {} groups have fewer than {} flights", small, groups.size(), k));
  }

  std::vector<std::string> originals_;
};

ROTA_TASK(PseudonymizeTask, .task_id = "t_2A_pseudonymize", .task_type = "anonymization",
          .description = "Replaces tail numbers by keyed pseudonyms and reports k-anonymity",
          .version = "1.0.0", .author = "Flights example", .dependencies = {"t_1C_clean"},
          .parameters = {
              {.name = "key",
               .type = rota::ParameterType::text,
               .default_value = "data/pseudonym.key",
               .description = "file of the secret key, made when it is not there"},
              {.name = "k",
               .type = rota::ParameterType::integer,
               .default_value = "5",
               .description = "groups of fewer flights than this are reported as small"}});

}  // namespace
}  // namespace flights
