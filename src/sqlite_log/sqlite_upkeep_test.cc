// SPDX-License-Identifier: Apache-2.0
// A cleanup of a large file, and one of a log that may only be read; and following what another process
// writes.
#include "sqlite_log/log_folder.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class SqliteUpkeepTest : public ::testing::Test {
 protected:
  // `count` failures of ten tasks, each with an output of its own that is not there.
  void make_executions(int count) {
    open_sqlite_log(path_);
    const std::string added = PlainSqlite(path_).run(fmt::format(R"sql(
      BEGIN;
      WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 2 FROM n WHERE n + 2 < {0} * 2)
      INSERT INTO execution (started_sequence, finished_sequence, changed_sequence, task_run_id, epoch, state,
                             task_id, task_type, version, arguments, run_id, reason, started_at, finished_at,
                             owner_host, owner_boot_id, owner_pid, owner_start_ticks)
      SELECT n, n + 1, n + 1, 'run' || n, 1, 3, 't' || (n / 2 % 10), '', '', '{{}}', '', '', n, n, 'h', 'b', 1, 1
      FROM n;
      INSERT INTO execution_file (started_sequence, direction, position, path, size_bytes, mtime_nanoseconds)
      SELECT started_sequence, 1, 0, 'out/' || started_sequence, 1, 1 FROM execution;
      UPDATE log SET sequence = {0} * 2;
      COMMIT)sql",
                                                                 count));
    ASSERT_EQ(added, "");
  }

  TemporaryFolder folder_ = TemporaryFolder::in_memory();
  const std::filesystem::path path_ = folder_ / ".rota" / "log.db";
};

TEST_F(SqliteUpkeepTest, AHundredThousandExecutionsAreCleanedInOneTransaction) {
  make_executions(100'000);
  const auto log = open_sqlite_log(path_);
  const auto start = std::chrono::steady_clock::now();
  const CleanupResult result =
      log->cleanup_old_executions({.max_age = std::chrono::hours(24), .max_per_task = 5});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(result.removed.size(), 100'000U);
  EXPECT_LT(took.count(), 60);
  EXPECT_THAT(log->get_task_execution_history({}), IsEmpty());
  EXPECT_EQ(PlainSqlite(path_).run("SELECT count(*) FROM execution_file"), "0|");
  EXPECT_EQ(log->last_sequence(), 200'000);
  EXPECT_THAT(log->validate_execution_log(), IsEmpty());
}

TEST_F(SqliteUpkeepTest, PathsAreRelativeToTheFolderAboveTheLogsOwn) {
  make_executions(3);
  std::filesystem::create_directory(folder_ / "out");
  std::ofstream(folder_ / "out" / "3") << "there";
  const CleanupResult result = open_sqlite_log(path_)->cleanup_old_executions({.max_per_task = 0});
  ASSERT_THAT(result.kept, SizeIs(1));
  EXPECT_EQ(result.kept[0].execution.task_run_id, "run3");
  EXPECT_EQ(result.kept[0].path, "out/3");
}

TEST_F(SqliteUpkeepTest, OrToTheProjectRootThatIsNamed) {
  make_executions(3);
  std::filesystem::create_directories(folder_ / "else" / "out");
  std::ofstream(folder_ / "else" / "out" / "5") << "there";
  const CleanupResult result = open_sqlite_log(path_, {.project_root = folder_ / "else"})
                                   ->cleanup_old_executions({.max_per_task = 0});
  ASSERT_THAT(result.kept, SizeIs(1));
  EXPECT_EQ(result.kept[0].execution.task_run_id, "run5");
}

TEST_F(SqliteUpkeepTest, ALogThatIsReadOnlyCanBeAskedWhatWouldBeRemoved) {
  make_executions(3);
  const auto log = open_sqlite_log(path_, {.read_only = true});
  const std::string before = read_bytes(path_);
  CleanupRule rule{.max_per_task = 0, .dry_run = true};
  EXPECT_THAT(log->cleanup_old_executions(rule).removed, SizeIs(3));
  rule.dry_run = false;
  EXPECT_THROW(log->cleanup_old_executions(rule), LogError);
  EXPECT_THROW(log->remove_execution_record("run1"), LogError);
  EXPECT_THROW(log->update_execution_record("run1", {.notes = "x"}), LogError);
  EXPECT_EQ(read_bytes(path_), before);
}

TEST_F(SqliteUpkeepTest, WhatAnotherConnectionWritesEndsTheWait) {
  make_executions(1);
  const auto reader = open_sqlite_log(path_, {.read_only = true});
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    open_sqlite_log(path_)->record_task_execution({.task_id = "new"}, {});
  });
  const std::vector<Execution> changes = reader->watch(2, 0, std::chrono::minutes(1));
  writer.join();
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].start.task_id, "new");
}

}  // namespace
}  // namespace rota
