// SPDX-License-Identifier: Apache-2.0
// CSV into a typed table. What cannot be read is never dropped in silence: it is listed, with its
// line.
#pragma once

#include "files.h"
#include "table.h"

namespace flights {

struct ColumnSpec {
  std::string name;
  ColumnType type;
};

// Something that a CSV file holds and the table does not.
struct Rejection {
  std::string file;
  std::size_t line = 0;
  std::string column;  // empty: the whole row was left out; else this value became missing
  std::string reason;
  std::string text;  // UTF-8; bytes that are not are written as \xFF
};

struct CsvTable {
  Table table;
  std::vector<Rejection> rejections;
  std::vector<std::string> unused_columns;
};

// "NA" and nothing are missing values. A row that is malformed or has not as many fields as the
// header is left out; a value that is not of its column's type, or not UTF-8, becomes missing; both
// are rejections. Throws FileError, naming `path`, when the header lacks a column of `specs`.
CsvTable parse_csv_table(const std::filesystem::path& path, std::string_view text,
                         const std::string& table_name, const std::vector<ColumnSpec>& specs);

}  // namespace flights
