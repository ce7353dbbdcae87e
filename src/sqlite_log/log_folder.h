// SPDX-License-Identifier: Apache-2.0
// For tests of the log's file: a folder for it, what is in the folder, its errors, SQLite without Rota, and a process
// without root's rights.
#pragma once

#include "os/temporary_folder.h"
#include <rota/execution_log.h>

#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace rota::inline v1 {

inline std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// Each file below the folder with its bytes; a link as "-> target".
inline std::map<std::string, std::string> snapshot(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).string();
    if (entry.is_symlink()) {
      files[name] = "-> " + std::filesystem::read_symlink(entry.path()).string();
    } else {
      files[name] = entry.is_regular_file() ? read_bytes(entry.path()) : "";
    }
  }
  return files;
}

// What a call of the log says that it throws.
template <class Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const LogError& error) {
    return error.what();
  }
  return "no error";
}

// Any SQLite file, as another program has it open.
class PlainSqlite {
 public:
  explicit PlainSqlite(const std::filesystem::path& file) {
    if (::sqlite3_open(file.c_str(), &handle_) != SQLITE_OK)
      ADD_FAILURE() << ::sqlite3_errmsg(handle_);
    ::sqlite3_busy_timeout(handle_, 10'000);  // another one may be closing at this moment
  }
  PlainSqlite(const PlainSqlite&) = delete;
  PlainSqlite& operator=(const PlainSqlite&) = delete;
  ~PlainSqlite() { ::sqlite3_close(handle_); }

  // The rows, each value followed by '|'; an error as its message.
  std::string run(const std::string& sql) {
    std::string rows;
    char* message = nullptr;
    const auto add = [](void* out, int columns, char** values, char**) {
      for (int column = 0; column < columns; ++column) {
        static_cast<std::string*>(out)
            ->append(values[column] == nullptr ? "NULL" : values[column])
            .append("|");
      }
      return 0;
    };
    if (::sqlite3_exec(handle_, sql.c_str(), add, &rows, &message) != SQLITE_OK) rows = message;
    ::sqlite3_free(message);
    return rows;
  }

 private:
  sqlite3* handle_ = nullptr;
};

// As long as it lives, root is `nobody` and owns the folder: rights count as they do for everyone.
class WithoutRootRights {
 public:
  explicit WithoutRootRights(const std::filesystem::path& folder) : was_root_(::geteuid() == 0) {
    if (!was_root_) return;
    EXPECT_EQ(::chown(folder.c_str(), kNobody, kNobody), 0);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      EXPECT_EQ(::lchown(entry.path().c_str(), kNobody, kNobody), 0);
    }
    EXPECT_EQ(::seteuid(kNobody), 0);
  }
  WithoutRootRights(const WithoutRootRights&) = delete;
  WithoutRootRights& operator=(const WithoutRootRights&) = delete;
  ~WithoutRootRights() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  static constexpr uid_t kNobody = 65534;
  bool was_root_;
};

// A log of this version with one success of task "t".
inline void make_log_with_one_success(const std::filesystem::path& file) {
  open_sqlite_log(file)->record_task_execution({.task_id = "t"}, {});
}

// The message of the LogError, after checks that hold for all of them.
inline std::string open_error(const std::filesystem::path& file, const LogOptions& options = {}) {
  try {
    open_sqlite_log(file, options);
  } catch (const LogError& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_NE(message.find("; "), std::string::npos) << "says what to do: " << message;
    return message;
  }
  return "no error";
}

}  // namespace rota::inline v1
