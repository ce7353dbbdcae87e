// SPDX-License-Identifier: Apache-2.0
// The formats of the log's file: which one a file has, who may read it, and what makes the next one of it.
// Knows nothing of files.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace rota::inline v1 {

// What a file says of itself in its `user_version` (at byte 60).
struct FormatMark {
  std::uint32_t format = 0;
  // Programs that know this format or a later one may read the file, although they do not know its own;
  // 0: they may not.
  std::uint32_t readable_since = 0;

  static constexpr FormatMark from_number(std::uint32_t number) {
    return {number & 0xFFFF, number >> 16};
  }
  constexpr std::uint32_t number() const { return readable_since << 16 | format; }
};

// Makes the next format of one.
struct Migration {
  const char* sql;  // run in one transaction with all others that are needed; foreign keys are off
  FormatMark result;
};

// The formats that a program knows: 1, and one more for each migration.
struct Formats {
  std::span<const Migration> migrations = {};

  constexpr FormatMark current() const {
    return migrations.empty() ? FormatMark{1, 0} : migrations.back().result;
  }
  constexpr bool may_read(FormatMark mark) const {
    return mark.format == current().format ||
           (mark.format > current().format && mark.readable_since != 0 &&
            mark.readable_since <= current().format);
  }
  constexpr bool can_migrate(FormatMark mark) const {
    return mark.format >= 1 && mark.format < current().format;
  }
};

// A change of the tables in schema.cc comes with a migration here, and with a file of its format in tests/data.
inline constexpr std::array kLogMigrations = {
    Migration{
        "ALTER TABLE execution ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1 CHECK (attempt >= 1);"
        "ALTER TABLE execution ADD COLUMN worker INTEGER CHECK (worker >= 1);"
        "ALTER TABLE execution ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';"
        "DROP INDEX execution_task;"
        "CREATE INDEX execution_not_run ON execution (task_id) WHERE state > 6;"
        "CREATE TABLE plan (plan_hash TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;"
        "CREATE TABLE run (number INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, plan_hash "
        "TEXT NOT NULL REFERENCES plan, resumes TEXT NOT NULL, after_sequence INTEGER NOT NULL "
        "CHECK (after_sequence >= 0), started_at INTEGER NOT NULL, finished_at INTEGER, "
        "owner_host TEXT NOT NULL, owner_boot_id TEXT NOT NULL, owner_pid INTEGER NOT NULL, "
        "owner_start_ticks INTEGER NOT NULL) STRICT;"
        "CREATE INDEX run_plan ON run (plan_hash)",
        {2, 0}},
    Migration{
        R"sql(
CREATE TABLE execution_of_format_3 (
  started_sequence INTEGER PRIMARY KEY CHECK (started_sequence > 0),
  finished_sequence INTEGER CHECK (finished_sequence > started_sequence),
  changed_sequence INTEGER NOT NULL CHECK (changed_sequence >= started_sequence),
  task_run_id TEXT NOT NULL,
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 9),
  task_id TEXT NOT NULL, task_type TEXT NOT NULL, version TEXT NOT NULL, arguments TEXT NOT NULL,
  run_id TEXT NOT NULL, reason TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER,
  owner_host TEXT NOT NULL, owner_boot_id TEXT NOT NULL, owner_pid INTEGER NOT NULL,
  owner_start_ticks INTEGER NOT NULL, lease_until INTEGER,
  message TEXT NOT NULL DEFAULT '', metrics TEXT NOT NULL DEFAULT '{}',
  exit_code INTEGER, signal INTEGER, output_path TEXT,
  cpu_microseconds INTEGER CHECK (cpu_microseconds >= 0),
  peak_memory_bytes INTEGER CHECK (peak_memory_bytes >= 0),
  notes TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '{}', imported_fields TEXT,
  attempt INTEGER NOT NULL DEFAULT 1 CHECK (attempt >= 1), worker INTEGER CHECK (worker >= 1),
  fingerprint TEXT NOT NULL DEFAULT '',
  CHECK ((state <= 1) = (finished_sequence IS NULL)),
  CHECK ((state <= 1) = (finished_at IS NULL))
) STRICT;
INSERT INTO execution_of_format_3 SELECT
  started_sequence, finished_sequence, changed_sequence, task_run_id, epoch, state, task_id, task_type, version,
  arguments, run_id, reason, started_at, finished_at, owner_host, owner_boot_id, owner_pid, owner_start_ticks,
  lease_until, message, metrics, exit_code, signal, output_path, cpu_microseconds, peak_memory_bytes, notes, tags,
  imported_fields, attempt, worker, fingerprint FROM execution;
DROP TABLE execution;
ALTER TABLE execution_of_format_3 RENAME TO execution;
CREATE UNIQUE INDEX execution_task_run_id ON execution (task_run_id);
CREATE UNIQUE INDEX execution_active ON execution (task_id, arguments) WHERE state <= 1;
CREATE INDEX execution_task ON execution (task_id);
CREATE INDEX execution_state ON execution (state) WHERE state <> 2;
CREATE UNIQUE INDEX execution_changed ON execution (changed_sequence) WHERE changed_sequence > started_sequence + 1;
CREATE TABLE task (task_id TEXT PRIMARY KEY, newest_run INTEGER NOT NULL, latest_success INTEGER)
  STRICT, WITHOUT ROWID;
INSERT INTO task SELECT task_id, max(started_sequence), NULL FROM execution WHERE state <= 6 GROUP BY task_id;
UPDATE task SET latest_success = success.started_sequence
FROM (SELECT task_id, started_sequence, max(finished_sequence) FROM execution WHERE state = 2 GROUP BY task_id) AS success
WHERE success.task_id = task.task_id
)sql",
        {3, 0}}};

// Of this version.
inline constexpr Formats kFormats = {kLogMigrations};

}  // namespace rota::inline v1
