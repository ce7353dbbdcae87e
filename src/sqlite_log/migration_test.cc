// SPDX-License-Identifier: Apache-2.0
// Files of other formats: older ones are copied and changed, newer ones read where they allow it. The formats
// after the present one are made up.
#include "sqlite_log/migration.h"

#include "sqlite_log/log_folder.h"
#include "sqlite_log/schema.h"
#include "sqlite_log/sqlite_log.h"

#include <sys/stat.h>

#include <array>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::array<Migration, 4> kMigrations = {{
    kLogMigrations[0],
    kLogMigrations[1],
    {"ALTER TABLE execution ADD COLUMN mood TEXT NOT NULL DEFAULT 'good';"
     "CREATE TABLE mood (name TEXT NOT NULL) STRICT; INSERT INTO mood VALUES ('good')",
     {4, 3}},
    {"DROP TABLE mood; ALTER TABLE execution RENAME TO tries", {5, 0}},
}};
constexpr std::array<Migration, 3> kFailing = {{
    kLogMigrations[0],
    kLogMigrations[1],
    {"ALTER TABLE execution ADD COLUMN mood TEXT; CREATE TABLE execution (x)", {4, 0}},
}};

LogFileRules rules_of(std::span<const Migration> migrations) {
  LogFileRules rules;
  rules.formats = {migrations};
  return rules;
}

class MigrationTest : public ::testing::Test {
 protected:
  // By so many steps from the present format on.
  void migrate(std::size_t steps) {
    prepare_log_file(log_, {},
                     rules_of(std::span(kMigrations).first(kLogMigrations.size() + steps)));
  }
  std::string run(const std::string& sql) { return PlainSqlite(log_).run(sql); }

  const TemporaryFolder folder_ = TemporaryFolder::in_memory();
  const fs::path log_ = folder_ / "log.db";
  const fs::path copy_ = copy_before_migration(log_, 3);
};

TEST_F(MigrationTest, AnOlderFileIsCopiedAndThenChanged) {
  make_log_with_one_success(log_);
  migrate(1);
  EXPECT_EQ(run("PRAGMA user_version; SELECT mood FROM execution; SELECT name FROM mood"),
            "196612|good|good|");
  EXPECT_EQ(copy_, log_.string() + ".format-3.bak");
  EXPECT_EQ(PlainSqlite(copy_).run("PRAGMA user_version; PRAGMA integrity_check"), "3|ok|");
  struct stat found {};
  EXPECT_EQ(::stat(copy_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
  EXPECT_THAT(snapshot(folder_.path()), ::testing::UnorderedElementsAre(
                                            ::testing::Key("log.db"), ::testing::Key("log.db.lock"),
                                            ::testing::Key("log.db.format-3.bak")));
  const auto before = open_sqlite_log(copy_);
  EXPECT_TRUE(before->find_latest_execution("t", true));
  EXPECT_EQ(before->remark(), "");
  before->record_task_execution({.task_id = "u"}, {});
}

TEST_F(MigrationTest, AFileThatIsSeveralFormatsBehindTakesAllStepsAtOnce) {
  make_log_with_one_success(log_);
  migrate(2);
  EXPECT_EQ(run("PRAGMA user_version; SELECT mood FROM tries"), "5|good|");
  EXPECT_TRUE(fs::exists(copy_));
  EXPECT_FALSE(fs::exists(copy_before_migration(log_, 4)));
}

TEST_F(MigrationTest, AFileInTheMiddleTakesTheStepsThatItLacks) {
  make_log_with_one_success(log_);
  migrate(1);
  migrate(2);
  EXPECT_EQ(run("PRAGMA user_version; SELECT mood FROM tries"), "5|good|");
  EXPECT_EQ(PlainSqlite(copy_before_migration(log_, 4)).run("SELECT name FROM mood"), "good|");
}

TEST_F(MigrationTest, AFileOfTheNewestFormatIsLeftAsItIs) {
  make_log_with_one_success(log_);
  migrate(1);
  const auto before = snapshot(folder_.path());
  migrate(1);
  EXPECT_TRUE(snapshot(folder_.path()) == before);
}

TEST_F(MigrationTest, AStepThatFailsLeavesTheFileAsItWas) {
  make_log_with_one_success(log_);
  EXPECT_THROW(prepare_log_file(log_, {}, rules_of(kFailing)), LogError);
  EXPECT_EQ(run("PRAGMA user_version; SELECT count(*) FROM pragma_table_info('execution') "
                "WHERE name = 'mood'"),
            "3|0|");
  EXPECT_TRUE(open_sqlite_log(log_)->find_latest_execution("t", true));
}

TEST_F(MigrationTest, WhatIsYetInTheWalIsInTheCopyAndInTheNewFile) {
  const auto log = open_sqlite_log(log_);
  const std::string run_id = log->record_task_execution({.task_id = "t"}, {});
  ASSERT_GT(fs::file_size(log_.string() + "-wal"), 0U);
  migrate(1);
  EXPECT_EQ(open_sqlite_log(copy_)->find_latest_execution("t", true)->task_run_id, run_id);
  EXPECT_EQ(run("SELECT task_run_id FROM execution"), run_id + "|");
}

TEST_F(MigrationTest, OfSeveralAtOnceOneDoesIt) {
  make_log_with_one_success(log_);
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) threads.emplace_back([&] { migrate(1); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(run("PRAGMA user_version; SELECT name FROM mood"), "196612|good|");
  EXPECT_EQ(PlainSqlite(copy_).run("PRAGMA user_version"), "3|");
}

TEST_F(MigrationTest, AnOlderFileIsNotChangedForReading) {
  make_log_with_one_success(log_);
  const auto before = snapshot(folder_.path());
  try {
    prepare_log_file(log_, {.read_only = true}, rules_of(kMigrations));
    ADD_FAILURE() << "opened";
  } catch (const LogError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("it has the older format 3"),
                                    HasSubstr("open it once for writing")));
  }
  EXPECT_TRUE(snapshot(folder_.path()) == before);
}

TEST_F(MigrationTest, AnOlderProgramReadsANewerFileThatAllowsItAndDoesNotWrite) {
  make_log_with_one_success(log_);
  migrate(1);
  const std::string bytes = read_bytes(log_);
  {
    const auto log = open_sqlite_log(log_);
    EXPECT_TRUE(log->find_latest_execution("t", true));
    EXPECT_THAT(log->remark(), HasSubstr("newer format 4"));
    try {
      log->begin_execution({.task_id = "u"});
      ADD_FAILURE() << "written";
    } catch (const LogError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("newer format 4"), HasSubstr("may only read")));
    }
  }
  EXPECT_EQ(read_bytes(log_), bytes);
}

TEST_F(MigrationTest, AnOlderProgramRefusesANewerFileThatDoesNotAllowIt) {
  make_log_with_one_success(log_);
  migrate(2);
  const auto before = snapshot(folder_.path());
  EXPECT_THAT(open_error(log_),
              HasSubstr("it has format 5, and this version of Rota knows format 3"));
  EXPECT_THAT(open_error(log_, {.read_only = true}), HasSubstr("it has format 5"));
  EXPECT_TRUE(snapshot(folder_.path()) == before);
}

TEST_F(MigrationTest, AProgramThatHasTheFileOpenWritesNothingToItOnceItIsNewer) {
  const auto log = open_sqlite_log(log_);
  const ExecutionHandle handle = log->begin_execution({.task_id = "t"});
  migrate(1);
  EXPECT_THROW(log->finish_execution(handle, {}), LogError);
  EXPECT_THROW(log->record_task_execution({.task_id = "u"}, {}), LogError);
  EXPECT_EQ(run("SELECT count(*), max(state) FROM execution"), "1|1|");
}

TEST_F(MigrationTest, AFileOfEachReleasedFormatIsOpened) {
  for (std::uint32_t format = 1; format <= kFormatVersion; ++format) {
    const TemporaryFolder folder;
    const fs::path log_file = folder / "log.db";
    fs::copy(fs::path(ROTA_RELEASED_LOGS) / ("log.format-" + std::to_string(format) + ".db"),
             log_file);
    fs::permissions(log_file, fs::perms::owner_read | fs::perms::owner_write);
    const auto log = open_sqlite_log(log_file);
    const std::vector<Execution> history = log->get_task_execution_history({});
    ASSERT_EQ(history.size(), 5U) << "format " << format;
    EXPECT_EQ(history[0].start.task_id, "t_report");
    EXPECT_EQ(history[0].state(), ExecutionState::running);
    EXPECT_EQ(history[1].state(), ExecutionState::skipped_up_to_date);
    EXPECT_EQ(history[2].state(), ExecutionState::lost);
    EXPECT_EQ(history[3].state(), ExecutionState::failed);
    EXPECT_EQ(history[3].end.message, "no such column: 'tail'\nsecond line");
    const Execution import = log->find_latest_execution("t_import", true).value();
    EXPECT_EQ(import.started_sequence, 1);
    EXPECT_EQ(import.start.arguments, R"({"year":2013})");
    EXPECT_EQ(import.end.metrics, R"({"rows":336776})");
    ASSERT_EQ(import.end.inputs.size(), 1U);
    EXPECT_EQ(import.end.inputs[0].path, "data/flights.csv");
    EXPECT_EQ(import.end.outputs.size(), 2U);
    EXPECT_EQ(import.owner.host, "mill");
    log->record_task_execution({.task_id = "t_new"}, {});
    EXPECT_EQ(log->get_task_execution_history({}).size(), 6U);
    EXPECT_THAT(log->validate_execution_log(), ::testing::IsEmpty()) << "format " << format;
    const std::vector<RecordedRun> runs = log->get_run_history(0);
    ASSERT_EQ(runs.size(), format < 2 ? 0U : 1U) << "format 1 kept none";
    for (const RecordedRun& run : runs)
      EXPECT_THAT(log->find_plan(run.start.plan_hash).value_or(""), HasSubstr("t_import"));
  }
}

// What its tables and indexes are, however their texts are laid out.
std::string schema_of(const fs::path& log) {
  return PlainSqlite(log).run(
      "SELECT type, name, tbl_name, replace(replace(sql, char(10), ''), ' ', '') FROM "
      "sqlite_schema "
      "WHERE type <> 'table' ORDER BY type, name;"
      "SELECT tables.name, columns.* FROM sqlite_schema AS tables, pragma_table_info(tables.name) "
      "AS columns "
      "WHERE tables.type = 'table' ORDER BY tables.name, cid");
}

TEST_F(MigrationTest, AMigratedFileHasTheTablesAndIndexesOfANewOne) {
  make_log_with_one_success(log_);
  const fs::path older = folder_ / "older.db";
  fs::copy(fs::path(ROTA_RELEASED_LOGS) / "log.format-1.db", older);
  fs::permissions(older, fs::perms::owner_read | fs::perms::owner_write);
  open_sqlite_log(older)->record_task_execution({.task_id = "t"}, {});
  EXPECT_EQ(schema_of(older), schema_of(log_));
  EXPECT_THAT(schema_of(log_), HasSubstr("execution_changed"));
}

}  // namespace
}  // namespace rota
