// SPDX-License-Identifier: Apache-2.0
// disk_probe append FILE COUNT: what the disk itself takes for durable lines: write and fdatasync of each.
// disk_probe insert FILE COUNT: bare SQLite: WAL, synchronous FULL, one prepared INSERT, a transaction each; with the
// columns that an execution has, and no index but the row id. It waits for others by SQLite's busy handler.
// disk_probe bulk FILE COUNT: the same rows in one transaction.
#include "probe.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace {

constexpr const char* kTable =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "CREATE TABLE IF NOT EXISTS execution (started_sequence INTEGER PRIMARY KEY, finished_sequence "
    "INTEGER,"
    " task_run_id TEXT, epoch INTEGER, state INTEGER, task_id TEXT, task_type TEXT, version TEXT, "
    "arguments TEXT,"
    " run_id TEXT, reason TEXT, started_at INTEGER, finished_at INTEGER, owner_host TEXT, "
    "owner_boot_id TEXT,"
    " owner_pid INTEGER, owner_start_ticks INTEGER, message TEXT, metrics TEXT)";
constexpr const char* kInsert =
    "INSERT INTO execution VALUES (NULL, ?1, ?2, 1, 2, ?3, 'unknown', '1.0.0', '{\"threads\":4}', "
    "'', '', ?1, ?1,"
    " 'host.example.org', '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0', 4242, 123456, '', '{}')";

int append(const char* file, std::size_t count) {
  const int fd = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) probe::fail("cannot be opened");
  const std::string line(255, 'x');
  return probe::measure([&] {
    std::size_t done = 0;
    for (std::size_t at = 0; at < count; ++at) {
      const bool written =
          ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
      done += written && ::fdatasync(fd) == 0 ? 1 : 0;
    }
    return done;
  });
}

void require(sqlite3* database, bool holds) {
  if (!holds) probe::fail(::sqlite3_errmsg(database));
}

int insert(const char* file, std::size_t count, bool in_one_transaction) {
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  require(database, ::sqlite3_open(file, &database) == SQLITE_OK);
  ::sqlite3_busy_timeout(database, 60'000);
  require(database, ::sqlite3_exec(database, kTable, nullptr, nullptr, nullptr) == SQLITE_OK);
  require(database, ::sqlite3_prepare_v2(database, kInsert, -1, &statement, nullptr) == SQLITE_OK);
  double longest = 0;
  return probe::measure(
      [&] {
        const auto run = [&](const char* sql) {
          require(database, !in_one_transaction || ::sqlite3_exec(database, sql, nullptr, nullptr,
                                                                  nullptr) == SQLITE_OK);
        };
        run("BEGIN IMMEDIATE");
        for (std::size_t at = 0; at < count; ++at) {
          const auto begin = std::chrono::steady_clock::now();
          const std::string run_id =
              "0f1e2d3c-4b5a-6978-8796-" + std::to_string(100'000'000'000 + at);
          const std::string task_id = "team_07.pipeline_" + std::to_string(at % 1000);
          ::sqlite3_bind_int64(statement, 1, static_cast<sqlite3_int64>(at));
          ::sqlite3_bind_text(statement, 2, run_id.c_str(), -1, SQLITE_TRANSIENT);
          ::sqlite3_bind_text(statement, 3, task_id.c_str(), -1, SQLITE_TRANSIENT);
          require(database, ::sqlite3_step(statement) == SQLITE_DONE);
          ::sqlite3_reset(statement);
          const std::chrono::duration<double> wait = std::chrono::steady_clock::now() - begin;
          longest = std::max(longest, wait.count());
        }
        run("COMMIT");
        return count;
      },
      &longest);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (argc != 4) probe::fail("usage: disk_probe append|insert|bulk FILE COUNT");
  const std::size_t count = std::stoul(argv[3]);
  if (what == "append") return append(argv[2], count);
  if (what == "insert") return insert(argv[2], count, false);
  if (what == "bulk") return insert(argv[2], count, true);
  probe::fail("unknown measurement");
}
