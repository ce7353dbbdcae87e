// SPDX-License-Identifier: Apache-2.0
// The log's tables, in one place, and the marks by which its file is known. What each column means is
// said in the SQL, so that `sqlite3 log.db .schema` says it too; docs/log.md has the rules between rows.
#pragma once

#include "sqlite_log/database.h"
#include "sqlite_log/format.h"

#include <cstdint>

namespace rota::inline v1 {

// "Rota" in ASCII; at byte 68 of the file (PRAGMA application_id).
inline constexpr std::uint32_t kApplicationId = 0x526F7461;
// Of the tables. Grows with every change to them.
inline constexpr std::uint32_t kFormatVersion = kFormats.current().format;

// As the last commit has left it; the header of the file may be older.
FormatMark format_of(Connection& connection);

// Makes the tables and marks in an empty file, in one transaction.
void create_schema(Connection& connection);

}  // namespace rota::inline v1
