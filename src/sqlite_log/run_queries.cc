// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/run_queries.h"

namespace rota::inline v1 {
namespace {

#define ROTA_SELECT                                                                          \
  "SELECT run_id, plan_hash, resumes, after_sequence, started_at, finished_at, owner_host, " \
  "owner_boot_id, owner_pid, owner_start_ticks FROM run "

RecordedRun read_run(const Statement& row) {
  RecordedRun run;
  run.start = {row.text(0), row.text(1), row.text(2)};
  run.after_sequence = row.integer(3);
  run.started_at = TimePoint(std::chrono::microseconds(row.integer(4)));
  if (!row.is_null(5)) run.finished_at = TimePoint(std::chrono::microseconds(row.integer(5)));
  run.owner = {row.text(6), row.text(7), row.integer(8), row.integer(9)};
  return run;
}

}  // namespace

void insert_run(Connection& connection, const RecordedRun& run) {
  Statement(connection,
            "INSERT INTO run (run_id, plan_hash, resumes, after_sequence, started_at, owner_host, "
            "owner_boot_id, owner_pid, owner_start_ticks) SELECT :run_id, :plan_hash, :resumes, "
            "sequence, :started_at, :owner_host, :owner_boot_id, :owner_pid, :owner_start_ticks "
            "FROM log")
      .bind(":run_id", run.start.run_id)
      .bind(":plan_hash", run.start.plan_hash)
      .bind(":resumes", run.start.resumes)
      .bind(":started_at", run.started_at.time_since_epoch().count())
      .bind(":owner_host", run.owner.host)
      .bind(":owner_boot_id", run.owner.boot_id)
      .bind(":owner_pid", run.owner.pid)
      .bind(":owner_start_ticks", run.owner.start_ticks)
      .run();
}

void insert_plan(Connection& connection, std::string_view plan_hash, std::string_view plan) {
  Statement(connection, "INSERT OR IGNORE INTO plan (plan_hash, content) VALUES (:hash, :content)")
      .bind(":hash", plan_hash)
      .bind(":content", plan)
      .run();
}

bool update_ended_run(Connection& connection, std::string_view run_id, TimePoint finished_at) {
  Statement update(connection,
                   "UPDATE run SET finished_at = max(:finished_at, started_at) "
                   "WHERE run_id = :run_id AND finished_at IS NULL RETURNING 1");
  update.bind(":run_id", run_id).bind(":finished_at", finished_at.time_since_epoch().count());
  return update.step();
}

std::optional<RecordedRun> select_run(Connection& connection, std::string_view run_id) {
  Statement row(connection, ROTA_SELECT "WHERE run_id = :run_id");
  row.bind(":run_id", run_id);
  if (!row.step()) return std::nullopt;
  return read_run(row);
}

std::vector<RecordedRun> select_runs(Connection& connection, std::size_t limit) {
  Statement row(connection, ROTA_SELECT "ORDER BY number DESC LIMIT :limit");
  row.bind(":limit", limit == 0 ? -1 : static_cast<std::int64_t>(limit));
  std::vector<RecordedRun> runs;
  while (row.step()) runs.push_back(read_run(row));
  return runs;
}
#undef ROTA_SELECT

std::optional<std::string> select_plan(Connection& connection, std::string_view plan_hash) {
  Statement row(connection, "SELECT content FROM plan WHERE plan_hash = :hash");
  row.bind(":hash", plan_hash);
  if (!row.step()) return std::nullopt;
  return row.text(0);
}

void delete_unused_runs(Connection& connection) {
  Statement(connection,
            "DELETE FROM run WHERE finished_at IS NOT NULL AND number < (SELECT max(number) FROM "
            "run) AND run_id NOT IN (SELECT run_id FROM execution)")
      .run();
  Statement(connection, "DELETE FROM plan WHERE plan_hash NOT IN (SELECT plan_hash FROM run)")
      .run();
}

void delete_all_runs(Connection& connection) {
  Statement(connection, "DELETE FROM run").run();
  Statement(connection, "DELETE FROM plan").run();
}

}  // namespace rota::inline v1
