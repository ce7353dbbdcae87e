// SPDX-License-Identifier: Apache-2.0
// A log where several hosts may have its file: it goes without the memory that only one host has.
#include "sqlite_log/journal.h"
#include "sqlite_log/log_folder.h"
#include "sqlite_log/sqlite_log.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SharedLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<ExecutionLog> open_shared(const LogOptions& options = {}) {
    LogFileRules rules;
    rules.shared_file_system = [](const fs::path&) { return "nfs"; };
    return std::make_unique<SqliteLog>(log_, options, Owners{}, rules);
  }
  std::string open_shared_error(const LogOptions& options = {}) {
    try {
      open_shared(options);
    } catch (const LogError& error) {
      EXPECT_THAT(error.what(), HasSubstr("; "));
      return error.what();
    }
    return "no error";
  }
  std::string journal_mode() { return PlainSqlite(log_).run("PRAGMA journal_mode"); }
  void copy_of_open_log() {
    TemporaryFolder elsewhere;
    const auto log = open_sqlite_log(elsewhere / "log.db");
    log->record_task_execution({.task_id = "t"}, {});
    fs::copy(elsewhere / "log.db", log_);
    fs::copy(elsewhere / "log.db-wal", log_.string() + "-wal");
  }

  const TemporaryFolder folder_ = TemporaryFolder::in_memory();
  const fs::path log_ = folder_ / "log.db";
};

TEST_F(SharedLogTest, IsWrittenWithoutAWalAndSaysSo) {
  const auto log = open_shared();
  log->record_task_execution({.task_id = "t"}, {});
  EXPECT_TRUE(log->find_latest_execution("t", true));
  EXPECT_FALSE(fs::exists(log_.string() + "-wal"));
  EXPECT_FALSE(fs::exists(log_.string() + "-shm"));
  EXPECT_EQ(journal_mode(), "delete|");
  EXPECT_THAT(log->remark(), HasSubstr("file system that hosts share (nfs)"));
}

TEST_F(SharedLogTest, ALogThatCameFromALocalDiskIsTakenOutOfItsWalWithAllItHeld) {
  make_log_with_one_success(log_);
  EXPECT_EQ(journal_mode(), "wal|");
  const auto log = open_shared();
  EXPECT_EQ(journal_mode(), "delete|");
  EXPECT_TRUE(log->find_latest_execution("t", true));
  log->record_task_execution({.task_id = "u"}, {});
  EXPECT_FALSE(fs::exists(log_.string() + "-wal"));
}

TEST_F(SharedLogTest, WhatAKilledProcessHasLeftInTheWalIsKept) {
  copy_of_open_log();
  EXPECT_GT(fs::file_size(log_.string() + "-wal"), 0U);
  EXPECT_TRUE(open_shared()->find_latest_execution("t", true));
  EXPECT_FALSE(fs::exists(log_.string() + "-wal"));
}

TEST_F(SharedLogTest, IsRefusedWhileAProgramHasItOpenWithAWal) {
  make_log_with_one_success(log_);
  const auto local = open_sqlite_log(log_);
  EXPECT_THAT(open_shared_error(), HasSubstr("while another program has it open"));
  EXPECT_THAT(open_shared_error({.read_only = true}),
              HasSubstr("which only the host that writes it can read"));
  local->record_task_execution({.task_id = "u"}, {});
}

TEST_F(SharedLogTest, ForReadingItIsLeftAsItIs) {
  make_log_with_one_success(log_);
  const auto before = snapshot(folder_.path());
  {
    const auto log = open_shared({.read_only = true});
    EXPECT_TRUE(log->find_latest_execution("t", true));
  }
  EXPECT_TRUE(snapshot(folder_.path()) == before);
}

TEST_F(SharedLogTest, StaysWithoutAWalOnALocalDiskUntilSomebodySaysOtherwise) {
  open_shared()->record_task_execution({.task_id = "t"}, {});
  {
    const auto log = open_sqlite_log(log_);
    log->record_task_execution({.task_id = "u"}, {});
    EXPECT_THAT(log->remark(), HasSubstr("'PRAGMA journal_mode = WAL'"));
  }
  EXPECT_EQ(journal_mode(), "delete|");
  EXPECT_EQ(PlainSqlite(log_).run("PRAGMA journal_mode = WAL"), "wal|");
  const auto log = open_sqlite_log(log_);
  EXPECT_EQ(log->remark(), "");
  EXPECT_TRUE(log->find_latest_execution("u", true));
}

TEST_F(SharedLogTest, AWalThatIsBegunWhileItIsOpenIsNotWrittenTo) {
  const auto log = open_shared();
  EXPECT_EQ(PlainSqlite(log_).run("PRAGMA journal_mode = WAL"), "wal|");
  try {
    log->record_task_execution({.task_id = "t"}, {});
    ADD_FAILURE() << "written";
  } catch (const LogError& error) {
    EXPECT_THAT(error.what(), HasSubstr("in a WAL, which only the host that writes it can read"));
  }
}

TEST_F(SharedLogTest, AReaderGetsItsTurnAmongWritersThatNeverRest) {
  constexpr std::size_t kReads = 30;
  constexpr std::size_t kWritesForARead = 20;
  const auto reader = open_shared();
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> writes = 0;
  std::vector<std::jthread> writers;
  for (int number = 0; number < 3; ++number) {
    writers.emplace_back([&, log = std::shared_ptr<ExecutionLog>(open_shared())] {
      for (; !stop; ++writes) log->record_task_execution({.task_id = "t"}, {});
    });
  }
  while (writes < 10) std::this_thread::yield();
  const std::size_t before = writes;
  for (std::size_t read = 0; read < kReads; ++read)
    EXPECT_TRUE(reader->find_latest_execution("t", true));
  const std::size_t meanwhile = writes - before;
  stop = true;
  EXPECT_LT(meanwhile, kReads * kWritesForARead);
}

TEST_F(SharedLogTest, ALocalLogHasAWalAndNothingToRemark) {
  const auto log = open_sqlite_log(log_);
  EXPECT_EQ(log->remark(), "");
  EXPECT_EQ(journal_mode(), "wal|");
}

}  // namespace
}  // namespace rota
