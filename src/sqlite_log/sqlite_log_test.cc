// SPDX-License-Identifier: Apache-2.0
// What only the log in a file promises; what all logs promise is in tests/conformance, what processes that
// are killed leave behind in tests/crash.
#include "sqlite_log/sqlite_log.h"

#include "sqlite_log/log_folder.h"

#include <sys/resource.h>

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SqliteLogTest : public ::testing::Test {
 protected:
  void overwrite(std::size_t from, std::size_t size) {
    std::string bytes = read_bytes(path_);
    bytes.replace(from, size, std::string(size, '\xA5'));
    write_bytes(path_, bytes);
  }
  std::string integrity() {
    return PlainSqlite(path_).run("PRAGMA integrity_check; PRAGMA foreign_key_check");
  }

  TemporaryFolder folder_;
  const fs::path path_ = folder_ / "log.db";
};

TEST_F(SqliteLogTest, TheSequenceGoesOnWhereItWasWhenTheLogIsOpenedAgain) {
  make_log_with_one_success(path_);
  make_log_with_one_success(path_);
  const auto history = open_sqlite_log(path_)->get_task_execution_history({});
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].started_sequence, 3);
  EXPECT_EQ(history[0].finished_sequence, 4);
}

TEST_F(SqliteLogTest, TwoLogsOnOneFileAreOneLog) {
  const auto first = open_sqlite_log(path_);
  const auto second = open_sqlite_log(path_);
  const ExecutionHandle handle = first->begin_execution({.task_id = "t"});
  EXPECT_THROW(second->begin_execution({.task_id = "t"}), AlreadyRunningError);
  EXPECT_TRUE(second->finish_execution(handle, {}));
  EXPECT_FALSE(first->finish_execution(handle, {}));
  EXPECT_EQ(first->find_latest_execution("t", true)->finished_sequence, 2);
}

TEST_F(SqliteLogTest, ReadersDoNotWaitForAWriter) {
  const auto log = open_sqlite_log(path_);
  const std::string run = log->record_task_execution({.task_id = "t"}, {});
  PlainSqlite other(path_);
  EXPECT_EQ(other.run("BEGIN IMMEDIATE; UPDATE execution SET task_id = 'u'"), "");
  EXPECT_EQ(log->find_latest_execution("t", true)->task_run_id, run);
  EXPECT_EQ(log->get_task_execution_history({}).size(), 1U);
  EXPECT_EQ(open_sqlite_log(path_, {.read_only = true})->get_task_execution_history({}).size(), 1U);
}

TEST_F(SqliteLogTest, DamageIsAnErrorWhereverItIsFound) {
  {
    const auto log = open_sqlite_log(path_);
    for (int number = 0; number < 200; ++number) {
      log->record_task_execution(
          {.task_id = "t" + std::to_string(number), .reason = std::string(1000, 'x')}, {});
    }
  }
  const std::string whole = read_bytes(path_);
  // In the tables' root pages: found when it is opened.
  overwrite(4096, 8 * 4096);
  EXPECT_THAT(open_error(path_), HasSubstr("the file is damaged"));
  EXPECT_THAT(open_error(path_, {.read_only = true}), HasSubstr("the file is damaged"));
  // Among the rows: found when they are read.
  write_bytes(path_, whole);
  overwrite(20 * 4096, whole.size() - 20 * 4096);
  EXPECT_THAT(error_of([&] { open_sqlite_log(path_)->get_task_execution_history({.limit = 0}); }),
              HasSubstr("the file is damaged"));
  // Cut off.
  write_bytes(path_, whole.substr(0, whole.size() / 2));
  EXPECT_THAT(error_of([&] { open_sqlite_log(path_)->get_task_execution_history({.limit = 0}); }),
              HasSubstr("the file is damaged"));
  EXPECT_THAT(error_of([&] {
                const auto log = open_sqlite_log(path_);
                for (int number = 0; number < 200; ++number)
                  log->begin_execution({.task_id = "t" + std::to_string(number)});
              }),
              HasSubstr("the file is damaged"));
  write_bytes(path_, whole);
  EXPECT_EQ(open_sqlite_log(path_)->get_task_execution_history({.limit = 0}).size(), 200U);
}

TEST_F(SqliteLogTest, AStateThatNoVersionHasIsDamage) {
  make_log_with_one_success(path_);
  EXPECT_EQ(PlainSqlite(path_).run(
                "PRAGMA ignore_check_constraints = ON; UPDATE execution SET state = 77"),
            "");
  EXPECT_THAT(error_of([&] { open_sqlite_log(path_)->get_task_execution_history({}); }),
              HasSubstr("the file is damaged (an execution has the state 77)"));
}

TEST_F(SqliteLogTest, AMissingTableIsAnErrorWhenItIsOpened) {
  make_log_with_one_success(path_);
  EXPECT_EQ(PlainSqlite(path_).run("DROP TABLE log"), "");
  EXPECT_THAT(open_error(path_), HasSubstr("no such table: log"));
}

TEST_F(SqliteLogTest, ALogThatIsTakenAwayWhileItIsOpenIsAnErrorNotALoss) {
  const auto log = open_sqlite_log(path_);
  log->record_task_execution({.task_id = "t"}, {});
  fs::rename(path_, folder_ / "elsewhere.db");
  EXPECT_THAT(error_of([&] { log->record_task_execution({.task_id = "t"}, {}); }),
              HasSubstr("moved or deleted"));
  EXPECT_THAT(error_of([&] { log->find_latest_execution("t", true); }),
              HasSubstr("moved or deleted"));
  fs::rename(folder_ / "elsewhere.db", path_);
  EXPECT_NO_THROW(log->record_task_execution({.task_id = "t"}, {}));
  EXPECT_EQ(log->get_task_execution_history({}).size(), 2U);
}

TEST_F(SqliteLogTest, ALogThatWasReplacedIsNotTouchedByWhoHadTheOldOneOpen) {
  auto old = open_sqlite_log(path_);
  old->record_task_execution({.task_id = "old"}, {});
  fs::create_directory(folder_ / "kept");
  for (const char* suffix : {"", "-wal", "-shm"}) {
    fs::rename(path_.string() + suffix, folder_ / "kept" / ("log.db" + std::string(suffix)));
  }
  const auto fresh = open_sqlite_log(path_);
  fresh->record_task_execution({.task_id = "new"}, {});
  EXPECT_THAT(error_of([&] { old->record_task_execution({.task_id = "old"}, {}); }),
              HasSubstr("moved or deleted"));
  old.reset();
  fresh->record_task_execution({.task_id = "new"}, {});
  EXPECT_EQ(fresh->get_task_execution_history({}).size(), 2U);
  EXPECT_EQ(integrity(), "ok|");
}

TEST_F(SqliteLogTest, AFullDiskIsAnErrorAndNothingAcknowledgedIsLost) {
  const auto log = open_sqlite_log(path_);
  std::vector<std::string> acknowledged = {log->record_task_execution({.task_id = "t"}, {})};
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit limit = before;
  limit.rlim_cur = 300'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::string error;
  for (int number = 0; number < 1000 && error.empty(); ++number) {
    try {
      acknowledged.push_back(
          log->record_task_execution({.task_id = "t"}, {.message = std::string(3000, 'm')}));
    } catch (const LogError& caught) {
      error = caught.what();
    }
  }
  const std::string second_error = error_of([&] { log->begin_execution({.task_id = "u"}); });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_THAT(error, HasSubstr("a file would grow over the limit for its size"));
  EXPECT_THAT(second_error, HasSubstr("a file would grow over the limit for its size"));
  EXPECT_GT(acknowledged.size(), 3U);

  EXPECT_EQ(log->get_task_execution_history({.limit = 0}).size(), acknowledged.size());
  acknowledged.push_back(
      log->record_task_execution({.task_id = "t"}, {}));  // it goes on when there is room
  const auto again = open_sqlite_log(path_);
  for (const std::string& run : acknowledged) EXPECT_TRUE(again->find_execution(run)) << run;
  EXPECT_EQ(again->get_task_execution_history({.limit = 0}).size(), acknowledged.size());
  EXPECT_EQ(integrity(), "ok|");
}

TEST_F(SqliteLogTest, AClosedLogRefusesEverything) {
  SqliteLog log(path_, {});
  log.record_task_execution({.task_id = "t"}, {});
  log.close();
  log.close();
  EXPECT_FALSE(fs::exists(path_.string() + "-wal"));
  EXPECT_THAT(error_of([&] { log.record_task_execution({.task_id = "t"}, {}); }),
              HasSubstr("the program is ending"));
  EXPECT_THAT(error_of([&] { log.find_latest_execution("t", true); }),
              HasSubstr("the program is ending"));
}

TEST_F(SqliteLogTest, ManyThreadsMayOpenANewLogAtOnce) {
  std::vector<std::thread> threads;
  for (int number = 0; number < 8; ++number) {
    threads.emplace_back([&] {
      EXPECT_EQ(
          error_of([&] { open_sqlite_log(path_)->record_task_execution({.task_id = "t"}, {}); }),
          "no error");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(open_sqlite_log(path_)->get_task_execution_history({}).size(), 8U);
}

}  // namespace
}  // namespace rota
