// SPDX-License-Identifier: Apache-2.0
// Whether a log's file is sound: what SQLite says of the database, and a query for each rule between rows
// (docs/log.md). Reads all of the file, each row a few times; changes nothing.
#pragma once

#include "sqlite_log/database.h"
#include <rota/execution_log.h>

#include <vector>

namespace rota::inline v1 {

// The caller holds a transaction. A damaged place ends the query that meets it, with a finding that says so;
// the others still look.
std::vector<LogFinding> check_log(Connection& connection);

}  // namespace rota::inline v1
