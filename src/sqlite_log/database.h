// SPDX-License-Identifier: Apache-2.0
// A connection to an SQLite file and its statements, which close themselves and throw SqliteError. Knows
// nothing of executions.
#pragma once

#include "sqlite_log/sqlite_error.h"

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rota::inline v1 {

enum class Access : std::uint8_t {
  read_only,
  immutable,  // read_only, and nobody writes the file: no lock is taken and no file beside it looked at
  read_write,
};

struct CloseSqlite {
  void operator()(sqlite3* handle) const noexcept { ::sqlite3_close_v2(handle); }
  void operator()(sqlite3_stmt* statement) const noexcept { ::sqlite3_finalize(statement); }
};

struct PreparedStatement {
  std::unique_ptr<sqlite3_stmt, CloseSqlite> handle;
  // Those that were bound before, in an order in which they mostly are again: SQLite looks a name up among all.
  std::vector<std::pair<const char*, int>> parameters = {};
};

// Statements begin alike, and few have the same length.
struct ShorterFirst {
  using is_transparent = void;
  bool operator()(std::string_view left, std::string_view right) const noexcept {
    return left.size() != right.size() ? left.size() < right.size() : left < right;
  }
};

// Used from one thread at a time.
class Connection {
 public:
  // Opens a file that exists; never follows a symbolic link in its path. `log` is its name in messages.
  // Until it is accepted, closing it changes nothing in the file.
  Connection(const std::filesystem::path& file, Access access, std::filesystem::path log);
  Connection(const std::filesystem::path& file, Access access) : Connection(file, access, file) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // The file is a log of ours: who closes it last brings it up to date and removes what is beside it.
  void accept() noexcept;
  // Statements without results, one after the other.
  void execute(const char* sql);
  // The first `size` bytes of the file; fewer where it is shorter. Takes no lock and looks at no other file.
  // The file must not be opened and closed besides SQLite: that would end this process's locks on it.
  std::string read_header(std::size_t size);
  // All of the file as this connection sees it, page by page.
  void copy_to(Connection& target);
  bool in_transaction() const noexcept { return ::sqlite3_get_autocommit(handle_.get()) == 0; }
  // Rows written, changed or removed by the last statement itself, not by its triggers.
  std::int64_t changes() const noexcept { return ::sqlite3_changes64(handle_.get()); }
  // Rows written, changed and removed since it was opened, also by what was undone.
  std::int64_t total_changes() const noexcept { return ::sqlite3_total_changes64(handle_.get()); }
  // Makes durable all that was committed to the WAL before, by whomever. False: the disk failed.
  bool sync_wal() noexcept;
  // What is done when another has the file locked, with the number of times before in this try; false ends the
  // try. Empty: it sleeps and tries again for kBusySeconds, as at first.
  void when_busy(std::function<bool(int)> wait) noexcept;
  // True when the file is no longer where it was opened.
  bool has_moved() const noexcept;
  Access access() const noexcept { return access_; }
  const std::filesystem::path& log() const noexcept { return log_; }

  // The statement of that text, made at its first use and kept.
  PreparedStatement& prepared(std::string_view sql);
  [[noreturn]] void fail(int code) const;
  // What was read breaks the rules of the file.
  [[noreturn]] void fail_as_damaged(std::string_view detail) const;

 private:
  int last_system_error() const noexcept;

  Access access_;
  std::filesystem::path log_;
  std::function<bool(int)> when_busy_;
  std::unique_ptr<sqlite3, CloseSqlite> handle_;
  std::map<std::string, PreparedStatement, ShorterFirst> statements_;
};

// One use of a prepared statement; at its end the statement is ready for the next. A statement of the same
// text must not be in use on the connection.
class Statement {
 public:
  Statement(Connection& connection, std::string_view sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Parameters by their names in the statement, ":name"; those never bound are null. Text is copied.
  Statement& bind(const char* name, std::int64_t value);
  Statement& bind(const char* name, std::string_view value);
  // Text that is not copied: it must be there, unchanged, as long as this object.
  Statement& refer(const char* name, std::string_view value);
  // Nothing is null.
  template <class Value>
  Statement& bind(const char* name, const std::optional<Value>& value) {
    return value ? bind(name, *value) : *this;
  }

  // True: there is a row to read.
  bool step();
  // Runs a statement that gives no rows.
  void run();
  std::int64_t integer(int column) const noexcept;
  std::string text(int column) const { return std::string(view(column)); }
  // Valid until the next step.
  std::string_view view(int column) const;
  bool is_null(int column) const noexcept;

 private:
  int index_of(const char* name);
  Statement& bind_text(const char* name, std::string_view value, void (*destructor)(void*));

  Connection& connection_;
  PreparedStatement& prepared_;
  sqlite3_stmt* statement_;
  std::size_t next_ = 0;  // of its parameters is expected now
};

}  // namespace rota::inline v1
