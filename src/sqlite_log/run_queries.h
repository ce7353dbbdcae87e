// SPDX-License-Identifier: Apache-2.0
// The runs and their plans, in SQL. Knows nothing of threads, processes and transactions.
#pragma once

#include "sqlite_log/database.h"
#include <rota/execution_log.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// Its after_sequence is taken from the log.
void insert_run(Connection& connection, const RecordedRun& run);
// Nothing happens where there is one of that hash.
void insert_plan(Connection& connection, std::string_view plan_hash, std::string_view plan);
// False: it has an end, or is not there.
bool update_ended_run(Connection& connection, std::string_view run_id, TimePoint finished_at);
std::optional<RecordedRun> select_run(Connection& connection, std::string_view run_id);
// Newest start first; limit 0: all.
std::vector<RecordedRun> select_runs(Connection& connection, std::size_t limit);
std::optional<std::string> select_plan(Connection& connection, std::string_view plan_hash);
// Runs that have ended and of which no execution is left, but for the newest, and plans that no run has.
void delete_unused_runs(Connection& connection);
void delete_all_runs(Connection& connection);

}  // namespace rota::inline v1
