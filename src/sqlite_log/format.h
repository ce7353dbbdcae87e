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
inline constexpr std::array kLogMigrations = {Migration{
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
    {2, 0}}};

// Of this version.
inline constexpr Formats kFormats = {kLogMigrations};

}  // namespace rota::inline v1
