// SPDX-License-Identifier: Apache-2.0
// What SQLite reports, as a message for a person: what was wrong, where, what to do.
#pragma once

#include <rota/error.h>

#include <sqlite3.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace rota::inline v1 {

// Seconds that a connection waits for a lock that another program holds.
inline constexpr int kBusySeconds = 30;

class SqliteError : public LogError {
 public:
  SqliteError(const std::string& message, int code) : LogError(message), code_(code) {}

  // SQLite's primary result code.
  int code() const noexcept { return code_ & 0xFF; }
  // True when the file or the disk is at fault, so that nothing else in the transaction can be trusted.
  bool is_of_the_file() const noexcept;

 private:
  int code_;
};

// "cannot VERB the execution log PATH: PROBLEM; ADVICE"
std::string log_error_message(std::string_view verb, const std::filesystem::path& log,
                              std::string_view problem, std::string_view advice);

// Throws LogError: the log is not to be opened.
[[noreturn]] void refuse_log(const std::filesystem::path& log, std::string_view problem,
                             std::string_view advice);
// The same for a log that is open, and whose file is no longer where it was.
[[noreturn]] void throw_moved_away(const std::filesystem::path& log);

// `code` as SQLite gave it, extended; `system_error` an errno or 0. Throws std::bad_alloc where that was it.
[[noreturn]] void throw_sqlite_error(std::string_view verb, const std::filesystem::path& log,
                                     int code, int system_error, std::string_view detail);

}  // namespace rota::inline v1
