// SPDX-License-Identifier: Apache-2.0
// The marks of the file, and the rules that the tables themselves keep, whoever writes.
#include "sqlite_log/schema.h"

#include "sqlite_log/log_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::HasSubstr;

class SchemaTest : public ::testing::Test {
 protected:
  SchemaTest() { open_sqlite_log(log_); }
  std::string run(const std::string& sql) {
    return PlainSqlite(log_).run("PRAGMA foreign_keys = ON; " + sql);
  }
  // One execution of t with arguments {}, with the columns that matter here.
  std::string insert(const std::string& sequence, const std::string& finished,
                     const std::string& state, const std::string& run_id) {
    return run(
        "INSERT INTO execution (started_sequence, finished_sequence, changed_sequence, "
        "task_run_id, epoch, "
        "state, task_id, task_type, version, arguments, run_id, reason, started_at, finished_at, "
        "owner_host, "
        "owner_boot_id, owner_pid, owner_start_ticks) VALUES (" +
        sequence + ", " + finished + ", " + (finished == "NULL" ? sequence : finished) + ", '" +
        run_id + "', 1, " + state + ", 't', '', '', '{}', '', '', 1, " + finished +
        ", 'h', 'b', 1, 1)");
  }

  TemporaryFolder folder_ = TemporaryFolder::in_memory();
  const std::filesystem::path log_ = folder_ / "log.db";
};

TEST_F(SchemaTest, TheFileIsKnownByItsMarks) {
  EXPECT_EQ(run("PRAGMA application_id; PRAGMA user_version; PRAGMA journal_mode"),
            "1383036001|3|wal|");
  EXPECT_EQ(read_bytes(log_).substr(68, 4), "Rota");
  EXPECT_EQ(run("SELECT sequence FROM log"), "0|");
}

TEST_F(SchemaTest, OneActiveExecutionOfATaskWithTheSameArguments) {
  EXPECT_EQ(insert("1", "NULL", "1", "a"), "");
  EXPECT_THAT(insert("2", "NULL", "1", "b"), HasSubstr("UNIQUE constraint failed"));
  EXPECT_THAT(insert("2", "NULL", "0", "b"), HasSubstr("UNIQUE constraint failed"));
  EXPECT_EQ(insert("2", "3", "2", "b"), "");
}

TEST_F(SchemaTest, AnExecutionHasAnEndExactlyWhenItIsNotActive) {
  EXPECT_THAT(insert("1", "2", "1", "a"), HasSubstr("CHECK constraint failed"));
  EXPECT_THAT(insert("1", "NULL", "2", "a"), HasSubstr("CHECK constraint failed"));
  EXPECT_THAT(insert("5", "5", "2", "a"), HasSubstr("CHECK constraint failed"));
  EXPECT_EQ(insert("1", "2", "2", "a"), "");
}

TEST_F(SchemaTest, StatesAndTypesAreChecked) {
  EXPECT_THAT(insert("1", "2", "10", "a"), HasSubstr("CHECK constraint failed"));
  EXPECT_THAT(insert("1", "2", "-1", "a"), HasSubstr("CHECK constraint failed"));
  EXPECT_THAT(insert("1", "2", "'success'", "a"),
              HasSubstr("cannot store TEXT value in INTEGER column"));
}

TEST_F(SchemaTest, ARunIdIsThereOnce) {
  EXPECT_EQ(insert("1", "2", "2", "a"), "");
  EXPECT_THAT(insert("3", "4", "2", "a"),
              HasSubstr("UNIQUE constraint failed: execution.task_run_id"));
}

TEST_F(SchemaTest, FilesBelongToAnExecutionAndGoWithIt) {
  const std::string file = "INSERT INTO execution_file VALUES (1, 0, 0, 'a', 1, 1, NULL)";
  EXPECT_THAT(run(file), HasSubstr("FOREIGN KEY constraint failed"));
  EXPECT_EQ(insert("1", "2", "2", "a"), "");
  EXPECT_EQ(run(file), "");
  EXPECT_EQ(run("DELETE FROM execution; SELECT count(*) FROM execution_file"), "0|");
}

TEST_F(SchemaTest, TheSequenceIsOneRow) {
  EXPECT_THAT(run("INSERT INTO log VALUES (2, 0, 0)"), HasSubstr("CHECK constraint failed"));
  EXPECT_THAT(run("UPDATE log SET sequence = -1"), HasSubstr("CHECK constraint failed"));
}

}  // namespace
}  // namespace rota
