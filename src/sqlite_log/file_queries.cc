// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/file_queries.h"

#include "execution_log/execution_rules.h"

#include <limits>
#include <optional>
#include <utility>

namespace rota::inline v1 {

const char* const queries::kFiles =
    "SELECT path, size_bytes, mtime_nanoseconds, content_hash, direction FROM execution_file "
    "WHERE started_sequence = :started_sequence ORDER BY direction, position";
const char* const queries::kStartedSequence =
    "SELECT started_sequence FROM execution WHERE task_run_id = :task_run_id";
const char* const queries::kFileOfExecution =
    "SELECT path, size_bytes, mtime_nanoseconds, content_hash, position FROM execution_file "
    "INDEXED BY execution_file_path "
    "WHERE path = :path AND direction = :direction AND started_sequence = :started_sequence";
const char* const queries::kLastPosition =
    "SELECT max(position) FROM execution_file "
    "WHERE started_sequence = :started_sequence AND direction = :direction";
// CROSS JOIN: the file is looked up first, then its execution.
#define ROTA_SELECT_USES                                                              \
  "SELECT path, size_bytes, mtime_nanoseconds, content_hash, task_run_id, "           \
  "execution.started_sequence, finished_sequence "                                    \
  "FROM execution_file AS file INDEXED BY execution_file_path CROSS JOIN execution "  \
  "ON execution.started_sequence = file.started_sequence "                            \
  "WHERE path = :path AND direction = :direction AND file.started_sequence > :after " \
  "AND file.started_sequence < :before AND state <= 6 "                               \
  "AND (:ended_before = 0 OR finished_sequence < :ended_before) ORDER BY file.started_sequence "
const char* const queries::kFileUsesNewestFirst = ROTA_SELECT_USES "DESC LIMIT :limit";
const char* const queries::kFileUsesOldestFirst = ROTA_SELECT_USES "LIMIT :limit";
#undef ROTA_SELECT_USES

namespace {

constexpr const char* kInsertFile =
    "INSERT INTO execution_file (started_sequence, direction, position, path, size_bytes, "
    "mtime_nanoseconds, content_hash) VALUES (:started_sequence, :direction, :position, :path, "
    ":size_bytes, :mtime_nanoseconds, :content_hash)";
constexpr const char* kUpdateFile =
    "UPDATE execution_file SET size_bytes = :size_bytes, mtime_nanoseconds = :mtime_nanoseconds, "
    "content_hash = :content_hash WHERE started_sequence = :started_sequence "
    "AND direction = :direction AND position = :position";

FileStamp read_stamp(const Statement& row) {
  return {row.text(0), static_cast<std::uint64_t>(row.integer(1)), row.integer(2), row.text(3)};
}

void bind_stamp(Statement& statement, const FileStamp& file) {
  statement.bind(":size_bytes", static_cast<std::int64_t>(file.size_bytes))
      .bind(":mtime_nanoseconds", file.mtime_nanoseconds);
  if (!file.content_hash.empty()) statement.refer(":content_hash", file.content_hash);
}

// One direction of one execution.
struct Place {
  std::int64_t started_sequence;
  FileDirection direction;

  Statement& bind_to(Statement& statement) const {
    return statement.bind(":started_sequence", started_sequence)
        .bind(":direction", static_cast<std::int64_t>(direction));
  }
};

void insert_file(Connection& connection, const Place& place, std::int64_t position,
                 const FileStamp& file) {
  Statement statement(connection, kInsertFile);
  place.bind_to(statement).bind(":position", position).refer(":path", file.path);
  bind_stamp(statement, file);
  statement.run();
}

// Of the last file there; -1: there is none.
std::int64_t last_position(Connection& connection, const Place& place) {
  Statement statement(connection, queries::kLastPosition);
  place.bind_to(statement);
  return statement.step() && !statement.is_null(0) ? statement.integer(0) : -1;
}

// False: there is no such file yet.
bool update_file(Connection& connection, const Place& place, const FileStamp& file) {
  std::optional<std::pair<FileStamp, std::int64_t>> earlier;
  {
    Statement statement(connection, queries::kFileOfExecution);
    place.bind_to(statement).bind(":path", file.path);
    if (!statement.step()) return false;
    earlier.emplace(read_stamp(statement), statement.integer(4));
  }
  replace_stamp(earlier->first, file);
  Statement statement(connection, kUpdateFile);
  place.bind_to(statement).bind(":position", earlier->second);
  bind_stamp(statement, earlier->first);
  statement.run();
  return true;
}

}  // namespace

void select_files(Connection& connection, Execution& execution) {
  Statement files(connection, queries::kFiles);
  files.bind(":started_sequence", execution.started_sequence);
  while (files.step()) {
    const bool is_input = files.integer(4) == static_cast<std::int64_t>(FileDirection::input);
    (is_input ? execution.end.inputs : execution.end.outputs).push_back(read_stamp(files));
  }
}

void insert_files(Connection& connection, std::int64_t started_sequence, FileDirection direction,
                  const std::vector<FileStamp>& files) {
  std::int64_t position = 0;
  for (const FileStamp& file : files)
    insert_file(connection, {started_sequence, direction}, position++, file);
}

void add_files(Connection& connection, std::int64_t started_sequence, FileDirection direction,
               const std::vector<FileStamp>& files) {
  if (files.empty()) return;
  const Place place{started_sequence, direction};
  std::int64_t last = last_position(connection, place);
  if (last < 0) return insert_files(connection, started_sequence, direction, files);
  for (const FileStamp& file : files) {
    if (!update_file(connection, place, file)) insert_file(connection, place, ++last, file);
  }
}

std::optional<std::int64_t> select_started_sequence(Connection& connection,
                                                    std::string_view task_run_id) {
  Statement statement(connection, queries::kStartedSequence);
  statement.bind(":task_run_id", task_run_id);
  if (!statement.step()) return std::nullopt;
  return statement.integer(0);
}

void update_changed_sequence(Connection& connection, std::int64_t started_sequence,
                             std::int64_t changed_sequence) {
  Statement(connection,
            "UPDATE execution SET changed_sequence = :changed "
            "WHERE started_sequence = :started_sequence")
      .bind(":changed", changed_sequence)
      .bind(":started_sequence", started_sequence)
      .run();
}

std::vector<FileUse> select_file_uses(Connection& connection, const FileUseQuery& query) {
  constexpr std::int64_t kNoBound = std::numeric_limits<std::int64_t>::max();
  Statement statement(connection, query.oldest_first ? queries::kFileUsesOldestFirst
                                                     : queries::kFileUsesNewestFirst);
  statement.bind(":path", query.path)
      .bind(":direction", static_cast<std::int64_t>(query.direction))
      .bind(":after", query.after_sequence)
      .bind(":before", query.before_sequence == 0 ? kNoBound : query.before_sequence)
      .bind(":ended_before", query.ended_before_sequence)
      .bind(":limit", query.limit == 0 ? -1 : static_cast<std::int64_t>(query.limit));
  std::vector<FileUse> uses;
  while (statement.step()) {
    uses.push_back(
        {statement.text(4), statement.integer(5), statement.integer(6), read_stamp(statement)});
  }
  return uses;
}

}  // namespace rota::inline v1
