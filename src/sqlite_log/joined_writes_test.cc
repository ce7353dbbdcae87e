// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/joined_writes.h"

#include "os/temporary_folder.h"

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

// Writes of all files, below the VFS that is tested.
struct Disk {
  int writes = 0;
  int fail_at = 0;  // the write that fails as on a full disk; 0: none
  decltype(sqlite3_io_methods::xWrite) write = nullptr;
};
Disk disk;

int write_and_count(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  if (++disk.writes == disk.fail_at) return SQLITE_FULL;
  return disk.write(file, bytes, size, offset);
}

int open_and_count(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* flags_out) {
  sqlite3_vfs* const unix_vfs = ::sqlite3_vfs_find("unix");
  const int code = unix_vfs->xOpen(unix_vfs, path, file, flags, flags_out);
  if (file->pMethods == nullptr) return code;
  static std::map<const sqlite3_io_methods*, sqlite3_io_methods>
      counting;  // by what they stand for
  const auto [found, is_new] = counting.emplace(file->pMethods, *file->pMethods);
  if (is_new) {
    disk.write = file->pMethods->xWrite;  // of all files of that VFS
    found->second.xWrite = write_and_count;
  }
  file->pMethods = &found->second;
  return code;
}

const char* joined_vfs() {
  static sqlite3_vfs base = *::sqlite3_vfs_find("unix");
  static sqlite3_vfs joined;
  static const bool is_registered = [] {
    base.xOpen = open_and_count;
    joined = joined_writes_over(base, "joined-for-test");
    return ::sqlite3_vfs_register(&joined, 0) == SQLITE_OK;
  }();
  return is_registered ? joined.zName : "none";
}

class Database {
 public:
  Database(const std::string& file, const char* vfs) {
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    EXPECT_EQ(::sqlite3_open_v2(file.c_str(), &handle_, kFlags, vfs), SQLITE_OK);
    EXPECT_EQ(ask("PRAGMA journal_mode = WAL"), "wal");
    run("PRAGMA synchronous = NORMAL; PRAGMA cache_size = 10; PRAGMA wal_autocheckpoint = 50");
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { ::sqlite3_close(handle_); }

  int try_to(const std::string& sql) {
    return ::sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  }
  void run(const std::string& sql) {
    ASSERT_EQ(try_to(sql), SQLITE_OK) << ::sqlite3_errmsg(handle_) << ": " << sql;
  }
  std::string ask(const std::string& sql) {
    std::string answer;
    const auto take = [](void* to, int, char** texts, char**) {
      *static_cast<std::string*>(to) += texts[0] == nullptr ? "NULL" : texts[0];
      return 0;
    };
    EXPECT_EQ(::sqlite3_exec(handle_, sql.c_str(), take, &answer, nullptr), SQLITE_OK) << sql;
    return answer;
  }

 private:
  sqlite3* handle_ = nullptr;
};

class JoinedWritesTest : public ::testing::Test {
 protected:
  JoinedWritesTest() {
    one_.run(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX text ON item (text)");
  }
  // So many rows, about four of them a page.
  static std::string fill(int rows, char with) {
    return fmt::format(
        "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
        "INSERT OR REPLACE INTO item SELECT i, printf('%900d{}', i) FROM n;",
        rows, with);
  }
  void expect_sound(int rows) {
    Database fresh(file_, "unix");
    EXPECT_EQ(fresh.ask("PRAGMA integrity_check"), "ok");
    EXPECT_EQ(fresh.ask("SELECT count(*) FROM item"), std::to_string(rows));
  }

  TemporaryFolder folder_ = TemporaryFolder::in_memory();
  const std::string file_ = (folder_ / "items.db").native();
  Database one_{file_, joined_vfs()};
  Database other_{file_, joined_vfs()};
  Database plain_{file_, "unix"};
};

TEST_F(JoinedWritesTest, ATransactionTakesOneWriteHoweverManyPagesItHas) {
  one_.run("INSERT INTO item VALUES (1, 'a')");
  disk.writes = 0;
  one_.run("INSERT INTO item VALUES (2, 'b')");
  EXPECT_EQ(disk.writes, 1);
  disk.writes = 0;
  one_.run(
      "BEGIN; INSERT INTO item VALUES (3, 'c'); UPDATE item SET text = 'd' WHERE id < 3; COMMIT");
  EXPECT_EQ(disk.writes, 1);
  expect_sound(3);
}

// As after a loss of power: what is in the files, without the memory that processes share.
TEST_F(JoinedWritesTest, AFileWithoutItsSharedMemoryHasAllThatWasCommitted) {
  one_.run("PRAGMA wal_autocheckpoint = 0; INSERT INTO item VALUES (100000, 'first')");
  for (const int rows : {1, 3, 40, 400}) {
    // Pages are written before the end, and some of them again.
    one_.run("BEGIN;" + fill(rows, 'x') + fill(rows, 'y') + fill(rows / 2 + 1, 'z') + "COMMIT");
    plain_.run(fmt::format("INSERT INTO item VALUES ({}, 'after')", 100000 + rows));
    const TemporaryFolder copy = TemporaryFolder::in_memory();
    const std::string file = (copy / "items.db").native();
    for (const char* part : {"", "-wal"}) std::filesystem::copy_file(file_ + part, file + part);
    Database recovered(file, "unix");
    ASSERT_EQ(recovered.ask("PRAGMA integrity_check"), "ok");
    const char* const count = "SELECT count(*), sum(id), sum(length(text)), max(text) FROM item";
    ASSERT_EQ(recovered.ask(count), one_.ask(count)) << rows;
  }
}

TEST_F(JoinedWritesTest, OthersSeeATransactionAsSoonAsItIsCommitted) {
  for (int id = 1; id < 200; ++id) {
    one_.run(fmt::format("INSERT INTO item VALUES ({}, 'a')", id));
    ASSERT_EQ(plain_.ask("SELECT max(id) FROM item"), std::to_string(id));
    ASSERT_EQ(other_.ask("SELECT max(id) FROM item"), std::to_string(id));
  }
}

TEST_F(JoinedWritesTest, ATransactionLargerThanWhatIsKeptIsWhole) {
  one_.run("PRAGMA cache_size = 10000");  // all its pages are written at its end
  one_.run(fill(2000, 'x'));
  expect_sound(2000);
}

TEST_F(JoinedWritesTest, ATransactionReadsWhatItHasWrittenBefore) {
  one_.run("BEGIN;" + fill(500, 'x') + fill(500, 'y'));
  EXPECT_EQ(one_.ask("SELECT count(*) FROM item WHERE text LIKE '%y'"), "500");
  one_.run("COMMIT");
  expect_sound(500);
}

TEST_F(JoinedWritesTest, WhatWasUndoneIsNotWrittenOverWhatAnotherWrote) {
  plain_.run("INSERT INTO item VALUES (10000, 'before')");
  for (int rows = 1; rows < 60; ++rows) {
    one_.run("BEGIN;" + fill(rows, 'x') + "ROLLBACK");
    plain_.run(fmt::format("INSERT INTO item VALUES ({}, 'a')", 20000 + rows));
    one_.ask("SELECT count(*) FROM item");
    one_.run(fmt::format("INSERT INTO item VALUES ({}, 'a')", 30000 + rows));
  }
  expect_sound(1 + 2 * 59);
}

TEST_F(JoinedWritesTest, AFullDiskAtAnyWriteFailsTheTransactionAndHarmsNoOther) {
  one_.run(fill(50, 'x'));
  int failures = 0;
  for (int at = 1; at < 200; ++at) {
    disk.writes = 0;
    disk.fail_at = at;
    const int code = one_.try_to("BEGIN;" + fill(100 + at, 'y') + "COMMIT");
    disk.fail_at = 0;
    if (code == SQLITE_OK) break;
    EXPECT_EQ(code, SQLITE_FULL);
    ++failures;
    one_.try_to("ROLLBACK");
    ASSERT_EQ(plain_.ask("SELECT count(*) FROM item WHERE text LIKE '%y'"), "0");
    ASSERT_EQ(other_.ask("PRAGMA integrity_check"), "ok");
  }
  EXPECT_GT(failures, 2);
}

// Three connections, one of them without the VFS that is tested, against a map.
TEST_F(JoinedWritesTest, RandomTransactionsLeaveWhatTheyCommitted) {
  std::mt19937 random(20261127);
  const auto below = [&](int end) {
    return static_cast<int>(random() % static_cast<unsigned>(end));
  };
  std::map<int, std::string> expected;
  Database* const connections[] = {&one_, &other_, &plain_};
  for (int round = 0; round < 60; ++round) {
    Database& writer = *connections[below(3)];
    auto after = expected;
    writer.run("BEGIN IMMEDIATE");
    for (int step = below(120); step > 0; --step) {
      const int id = below(300);
      if (below(20) == 0) {
        writer.run(fmt::format(
            "SAVEPOINT s; DELETE FROM item WHERE id > {}; ROLLBACK TO s; RELEASE s", id));
      } else if (below(4) == 0) {
        writer.run(fmt::format("DELETE FROM item WHERE id = {}", id));
        after.erase(id);
      } else {
        const std::string text(static_cast<std::size_t>(below(3000)),
                               static_cast<char>('a' + below(26)));
        writer.run(fmt::format("INSERT OR REPLACE INTO item VALUES ({}, '{}')", id, text));
        after[id] = text;
      }
    }
    const bool is_committed = below(3) != 0;
    writer.run(is_committed ? "COMMIT" : "ROLLBACK");
    if (is_committed) expected = std::move(after);
    std::string all;
    for (const auto& [id, text] : expected) all += std::to_string(id) + text;
    Database& reader = *connections[below(3)];
    ASSERT_EQ(reader.ask("SELECT id || text FROM item ORDER BY id"), all) << "round " << round;
  }
  expect_sound(static_cast<int>(expected.size()));
}

}  // namespace
}  // namespace rota
