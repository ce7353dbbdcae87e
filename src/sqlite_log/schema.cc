// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/schema.h"

#include "execution_log/owners.h"

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// Times are microseconds since 1970-01-01T00:00:00Z. `state <= 1` is: active.
constexpr const char* kTables = R"sql(
CREATE TABLE log (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  sequence INTEGER NOT NULL CHECK (sequence >= 0),  -- the last number given to a start, an end or a change
  created_at INTEGER NOT NULL                       -- when the file was made
) STRICT;

CREATE TABLE execution (
  started_sequence INTEGER PRIMARY KEY CHECK (started_sequence > 0),  -- the order of starts, by commit
  finished_sequence INTEGER CHECK (finished_sequence > started_sequence),  -- the order of ends; NULL: active
  changed_sequence INTEGER NOT NULL CHECK (changed_sequence >= started_sequence),  -- of its last change
  task_run_id TEXT NOT NULL,              -- UUID, version 4, lower case
  epoch INTEGER NOT NULL CHECK (epoch >= 1),  -- only who holds this number may write its end
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 9),  -- ExecutionState: 0 submitted, 1 running, 2 success,
                                          -- 3 failed, 4 timeout, 5 cancelled, 6 lost, 7 skipped_up_to_date,
                                          -- 8 upstream_failed, 9 blocked
  task_id TEXT NOT NULL,
  task_type TEXT NOT NULL,
  version TEXT NOT NULL,                  -- of the task class
  arguments TEXT NOT NULL,                -- a JSON object, names in byte order
  run_id TEXT NOT NULL,                   -- of the run it belongs to; '': it was run on its own
  reason TEXT NOT NULL,                   -- why the plan ran it
  started_at INTEGER NOT NULL,
  finished_at INTEGER,                    -- NULL: active
  owner_host TEXT NOT NULL,               -- host name of the owner, the process that runs it
  owner_boot_id TEXT NOT NULL,            -- of its kernel; with "/pid:[N]" in a PID namespace of its own
  owner_pid INTEGER NOT NULL,
  owner_start_ticks INTEGER NOT NULL,     -- when the owner began, in clock ticks since boot
  lease_until INTEGER,                    -- the owner's lease (docs/log.md): above 0 renewed, below 0 doubted; NULL: neither
  message TEXT NOT NULL DEFAULT '',       -- what went wrong
  metrics TEXT NOT NULL DEFAULT '{}',     -- a JSON object
  exit_code INTEGER,                      -- of the process it ran in; NULL: none, or unknown
  signal INTEGER,                         -- that ended the process; NULL: none, or unknown
  output_path TEXT,                       -- the file of what it printed; NULL: none
  cpu_microseconds INTEGER CHECK (cpu_microseconds >= 0),    -- user and system; NULL: not measured
  peak_memory_bytes INTEGER CHECK (peak_memory_bytes >= 0),  -- largest resident size; NULL: not measured
  notes TEXT NOT NULL DEFAULT '',         -- free text, may be changed after the end
  tags TEXT NOT NULL DEFAULT '{}',        -- a JSON object, may be changed after the end
  imported_fields TEXT,                   -- what an imported record had besides: a JSON object; NULL: not imported
  attempt INTEGER NOT NULL DEFAULT 1 CHECK (attempt >= 1),  -- which try of the task in its run
  worker INTEGER CHECK (worker >= 1),     -- the place of its run in which it ran; NULL: none, or unknown
  fingerprint TEXT NOT NULL DEFAULT '',   -- of the code that ran; '': unknown
  CHECK ((state <= 1) = (finished_sequence IS NULL)),
  CHECK ((state <= 1) = (finished_at IS NULL))
) STRICT;

-- By id, each once.
CREATE UNIQUE INDEX execution_task_run_id ON execution (task_run_id);
-- One active execution of a task with the same arguments.
CREATE UNIQUE INDEX execution_active ON execution (task_id, arguments) WHERE state <= 1;
-- The history of a task. Here and below started_sequence, the row id, is the last column of itself.
CREATE INDEX execution_task ON execution (task_id);
-- History by state, newest first; most are a success (2).
CREATE INDEX execution_state ON execution (state) WHERE state <> 2;
-- What was changed after it had been written in one step, in the order of changes.
CREATE UNIQUE INDEX execution_changed ON execution (changed_sequence)
  WHERE changed_sequence > started_sequence + 1;

-- What is asked most of each task that has executions that really ran (state <= 6).
CREATE TABLE task (
  task_id TEXT PRIMARY KEY,
  newest_run INTEGER NOT NULL,            -- started_sequence of the newest of them
  latest_success INTEGER                  -- started_sequence of the success that ended last; NULL: none
) STRICT, WITHOUT ROWID;

CREATE TABLE execution_file (
  started_sequence INTEGER NOT NULL REFERENCES execution ON DELETE CASCADE,
  direction INTEGER NOT NULL CHECK (direction IN (0, 1)),   -- 0 input, 1 output
  position INTEGER NOT NULL CHECK (position >= 0),          -- in the order in which it was named
  path TEXT NOT NULL,                     -- relative to the project root where it is inside, else absolute
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  mtime_nanoseconds INTEGER NOT NULL,     -- since 1970-01-01T00:00:00Z
  content_hash TEXT,                      -- "ALGORITHM:HEX"; NULL: not computed
  PRIMARY KEY (started_sequence, direction, position)
) STRICT, WITHOUT ROWID;

-- Who made or read a file, newest first.
CREATE INDEX execution_file_path ON execution_file (path, direction, started_sequence);

-- What a run has frozen, once, however many runs have it.
CREATE TABLE plan (
  plan_hash TEXT PRIMARY KEY,             -- "sha256:HEX" of the content
  content TEXT NOT NULL
) STRICT;

CREATE TABLE run (
  number INTEGER PRIMARY KEY,             -- the order of starts, by commit
  run_id TEXT NOT NULL UNIQUE,
  plan_hash TEXT NOT NULL REFERENCES plan,
  resumes TEXT NOT NULL,                  -- run_id of the run that it goes on with; '': none
  after_sequence INTEGER NOT NULL CHECK (after_sequence >= 0),  -- the last number when it began
  started_at INTEGER NOT NULL,
  finished_at INTEGER,                    -- NULL: it goes on, or its owner died
  owner_host TEXT NOT NULL,               -- the process that drives it, as in execution
  owner_boot_id TEXT NOT NULL,
  owner_pid INTEGER NOT NULL,
  owner_start_ticks INTEGER NOT NULL
) STRICT;
-- Which plans are in use.
CREATE INDEX run_plan ON run (plan_hash);
)sql";

}  // namespace

FormatMark format_of(Connection& connection) {
  Statement version(connection, "PRAGMA user_version");
  version.step();
  return FormatMark::from_number(static_cast<std::uint32_t>(version.integer(0)));
}

void create_schema(Connection& connection) {
  connection.execute("BEGIN IMMEDIATE");
  connection.execute(kTables);
  Statement(connection, "INSERT INTO log (only_row, sequence, created_at) VALUES (1, 0, :now)")
      .bind(":now", log_time_now().time_since_epoch().count())
      .run();
  connection.execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                 kApplicationId, kFormats.current().number())
                         .c_str());
  connection.execute("COMMIT");
}

}  // namespace rota::inline v1
