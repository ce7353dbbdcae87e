// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/journal.h"

namespace rota::inline v1 {
namespace {

// Gives which one there is then.
std::string journal_mode(Connection& connection, const char* sql) {
  Statement mode(connection, sql);
  return mode.step() ? mode.text(0) : std::string();
}

}  // namespace

bool uses_wal(Connection& connection) {
  return journal_mode(connection, "PRAGMA journal_mode") == "wal";
}

void use_wal(Connection& connection) {
  if (journal_mode(connection, "PRAGMA journal_mode = WAL") == "wal") return;
  refuse_log(connection.log(),
             "its file system cannot share memory between programs, as its WAL needs",
             "name a log on a local disk (ROTA_LOG)");
}

void leave_wal(const std::filesystem::path& file) try {
  Connection connection(file, Access::read_write);
  // Before the first look at the file: then SQLite keeps in its own memory what is shared otherwise.
  connection.execute(
      "PRAGMA busy_timeout = 2000; PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = EXTRA");
  connection.accept();
  if (journal_mode(connection, "PRAGMA journal_mode = DELETE") != "delete")
    connection.fail(SQLITE_BUSY);
} catch (const SqliteError& error) {
  if (error.code() != SQLITE_BUSY) throw;
  refuse_log(file,
             "it is on a file system that hosts share, and cannot be taken out of its WAL while "
             "another program has it open",
             "end the programs that have it open and try again");
}

}  // namespace rota::inline v1
