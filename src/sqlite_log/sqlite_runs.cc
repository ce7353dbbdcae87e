// SPDX-License-Identifier: Apache-2.0
// The runs and their plans in the log in a file.
#include "execution_log/execution_rules.h"
#include "sqlite_log/run_queries.h"
#include "sqlite_log/sqlite_log.h"

namespace rota::inline v1 {

void SqliteLog::begin_run(const RunStart& start, std::string_view plan) {
  check_run(start, plan, location());
  const RecordedRun run{.start = start, .started_at = owners_.now(), .owner = self_};
  write([&](Connection& connection) {
    if (select_run(connection, start.run_id)) refuse_known_run(start.run_id, location());
    insert_plan(connection, start.plan_hash, plan);
    insert_run(connection, run);
  });
}

bool SqliteLog::finish_run(std::string_view run_id) {
  bool ended = false;
  write(
      [&](Connection& connection) { ended = update_ended_run(connection, run_id, owners_.now()); });
  return ended;
}

std::optional<RecordedRun> SqliteLog::find_run(std::string_view run_id) const {
  const Reading reader(*this);
  return select_run(*reader, run_id);
}

std::vector<RecordedRun> SqliteLog::get_run_history(std::size_t limit) const {
  const Reading reader(*this);
  return select_runs(*reader, limit);
}

std::optional<std::string> SqliteLog::find_plan(std::string_view plan_hash) const {
  const Reading reader(*this);
  return select_plan(*reader, plan_hash);
}

}  // namespace rota::inline v1
