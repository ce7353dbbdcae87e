// SPDX-License-Identifier: Apache-2.0
// What the tasks of this example share: tables and texts below the project root, each told to Rota,
// so that a later plan sees what changed. Knows nothing of what is in them.
#pragma once

#include "table/csv_table.h"
#include "table/table_file.h"
#include <rota/rota.h>

#include <string>
#include <string_view>

namespace flights {

class TableTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;

 protected:
  Table read_input(const std::filesystem::path& file) {
    const auto path = project_file(file);
    track_input(path);
    return read_table(path);
  }

  // A CSV file that a task before this one wrote.
  Table read_csv_input(const std::filesystem::path& file, const std::vector<ColumnSpec>& columns) {
    const auto path = project_file(file);
    track_input(path);
    return parse_csv_table(path, read_file(path), file.stem().string(), columns).table;
  }

  void write_output(const std::filesystem::path& file, const Table& table) {
    const auto path = project_file(file);
    write_table(path, table);
    track_output(path);
  }

  // A file for people: Rota lists it as an artifact.
  void write_artifact(const std::filesystem::path& file, std::string_view text,
                      std::string description) {
    const auto path = project_file(file);
    write_file(path, text);
    add_artifact(path, std::move(description));
  }
};

}  // namespace flights
