// SPDX-License-Identifier: Apache-2.0
// A file is damaged, by SQL past the checks of its tables or by bytes, and exactly that is found.
#include "sqlite_log/log_check.h"

#include "os/sha256.h"
#include "sqlite_log/log_folder.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LogCheckTest : public ::testing::Test {
 protected:
  LogCheckTest() {
    const auto log = open_sqlite_log(path_);
    first_ = log->record_task_execution({.task_id = "t"}, {.inputs = {{"a", 1, 1}, {"b", 1, 1}}});
    second_ = log->record_task_execution({.task_id = "t"}, {.outputs = {{"c", 1, 1}}});
    third_ = log->record_task_execution({.task_id = "u"}, {.state = ExecutionState::failed});
    log->update_execution_record(third_, {.tags = R"({"a":1})"});
  }

  void damage(const std::string& sql) {
    ASSERT_EQ(PlainSqlite(path_).run("PRAGMA ignore_check_constraints = ON; " + sql), "");
  }
  // The rows have the numbers 1-2, 3-4 and 5-6-7.
  std::vector<LogFinding> findings() {
    return open_sqlite_log(path_, {.read_only = true})->validate_execution_log();
  }
  void expect_only(const std::string& rule, const std::string& run, const std::string& message) {
    const std::vector<LogFinding> found = findings();
    for (const LogFinding& finding : found) {
      EXPECT_EQ(finding.rule, rule) << finding.message;
      EXPECT_EQ(finding.task_run_id, run) << finding.message;
      EXPECT_THAT(finding.message, HasSubstr(message));
    }
    EXPECT_THAT(found, SizeIs(1));
  }

  TemporaryFolder folder_ = TemporaryFolder::in_memory();
  const std::filesystem::path path_ = folder_ / "log.db";
  std::string first_;
  std::string second_;
  std::string third_;
};

TEST_F(LogCheckTest, ASoundFileHasNoFindings) { EXPECT_THAT(findings(), IsEmpty()); }

TEST_F(LogCheckTest, ANumberBeyondTheLastGiven) {
  damage("UPDATE log SET sequence = 6");
  expect_only("sequence", third_, "it has the number 7, but the last number given is 6");
}

TEST_F(LogCheckTest, AnEndThatIsNotAfterItsStart) {
  damage(
      "UPDATE execution SET started_sequence = 6, finished_sequence = 5 "
      "WHERE started_sequence = 5");
  expect_only("sequence", third_, "number 5, which is not after its start, 6");
}

TEST_F(LogCheckTest, AChangeBeforeTheEnd) {
  damage("UPDATE execution SET changed_sequence = 5 WHERE started_sequence = 5");
  expect_only("sequence", third_, "its last change has the number 5, which is before 6");
}

TEST_F(LogCheckTest, AnEndWithTheNumberOfAnothersStart) {
  damage(
      "UPDATE execution SET finished_sequence = 5 WHERE started_sequence = 3;"
      "UPDATE log SET sequence = 9; UPDATE execution SET changed_sequence = 9 WHERE "
      "started_sequence = 3");
  expect_only("sequence", second_, "its number 5 was given to " + third_);
}

TEST_F(LogCheckTest, AChangeWithTheNumberOfAnothersStart) {
  damage("UPDATE execution SET changed_sequence = 5 WHERE started_sequence = 3");
  expect_only("sequence", second_, "its number 5 was given to " + third_);
}

TEST_F(LogCheckTest, AnEndWithTheNumberOfAnothersEnd) {
  damage(
      "UPDATE execution SET finished_sequence = 4 WHERE started_sequence = 1;"
      "UPDATE execution SET changed_sequence = 8 WHERE started_sequence = 1;"
      "UPDATE log SET sequence = 8");
  expect_only("sequence", first_, "its number 4 was given to " + second_);
}

TEST_F(LogCheckTest, TwoEndsWithOneNumberThatWereChangedLater) {
  damage(
      "UPDATE execution SET finished_sequence = 6, changed_sequence = 8 "
      "WHERE started_sequence = 3; UPDATE log SET sequence = 8");
  expect_only("sequence", std::max(second_, third_),
              "its number 6 was given to " + std::min(second_, third_));
}

TEST_F(LogCheckTest, TwoChangesWithOneNumber) {
  damage(
      "UPDATE execution SET changed_sequence = 7 WHERE started_sequence = 5;"
      "DROP INDEX execution_changed; UPDATE execution SET changed_sequence = 7 WHERE "
      "started_sequence = 3;"
      "CREATE INDEX execution_changed ON execution (changed_sequence) "
      "WHERE changed_sequence > started_sequence + 1");
  expect_only("sequence", std::max(second_, third_),
              "its number 7 was given to " + std::min(second_, third_));
}

TEST_F(LogCheckTest, ANewestExecutionOfATaskThatIsNot) {
  damage("UPDATE task SET newest_run = 1 WHERE task_id = 't'");
  expect_only("tasks", "", "task t: its newest execution is 3, and the log names 1");
}

TEST_F(LogCheckTest, ALatestSuccessOfATaskThatIsNot) {
  damage("UPDATE task SET latest_success = NULL WHERE task_id = 't'");
  expect_only("tasks", "", "task t: its latest success is 3, and the log names none");
}

TEST_F(LogCheckTest, ALatestSuccessOfATaskThatHasNone) {
  damage("UPDATE task SET latest_success = 5 WHERE task_id = 'u'");
  expect_only("tasks", "", "task u: the log names its latest success, and it has none");
}

TEST_F(LogCheckTest, ATaskWithoutExecutions) {
  damage("INSERT INTO task VALUES ('v', 3, NULL)");
  expect_only("tasks", "", "task v: the log names its newest execution, and it has none");
}

TEST_F(LogCheckTest, AStateThatIsNone) {
  damage("UPDATE execution SET state = 10 WHERE started_sequence = 3");
  expect_only("state", second_, "there is no state 10");
}

TEST_F(LogCheckTest, AnEpochBelowOne) {
  damage("UPDATE execution SET epoch = 0 WHERE started_sequence = 3");
  expect_only("state", second_, "its epoch is 0");
}

TEST_F(LogCheckTest, AnActiveExecutionWithAnEnd) {
  damage("UPDATE execution SET state = 1 WHERE started_sequence = 3");
  expect_only("end", second_, "it is active and has an end");
}

TEST_F(LogCheckTest, AnExecutionThatEndedAndHasNoEnd) {
  damage("UPDATE execution SET finished_at = NULL WHERE started_sequence = 3");
  expect_only("end", second_, "the number or the time of its end is missing");
}

TEST_F(LogCheckTest, OneTaskActiveTwice) {
  damage(
      "DROP INDEX execution_active; UPDATE execution SET state = 1, finished_sequence = NULL, "
      "finished_at = NULL WHERE task_id = 't'");
  expect_only("active", std::max(first_, second_),
              "task 't' is active with the same arguments as " + std::min(first_, second_));
}

TEST_F(LogCheckTest, TagsThatAreNoObject) {
  damage("UPDATE execution SET tags = '[1]' WHERE started_sequence = 3");
  expect_only("tags", second_, "no JSON object");
}

TEST_F(LogCheckTest, ArgumentsAndMetricsThatAreNoObjects) {
  damage("UPDATE execution SET arguments = '' WHERE started_sequence = 3");
  expect_only("arguments", second_, "no JSON object");
  damage("UPDATE execution SET arguments = '{}', metrics = '{' WHERE started_sequence = 3");
  expect_only("metrics", second_, "no JSON object");
}

TEST_F(LogCheckTest, AnEndBeforeItsStart) {
  damage("UPDATE execution SET finished_at = started_at - 1 WHERE started_sequence = 3");
  expect_only("times", second_, "and ended before");
}

TEST_F(LogCheckTest, TimesThatNoClockSays) {
  damage("UPDATE execution SET started_at = -1 WHERE started_sequence = 3");
  expect_only("times", second_, "its start is at -1 microseconds");
  damage(
      "UPDATE execution SET started_at = 0, finished_at = 253402300800000000 "
      "WHERE started_sequence = 3");
  expect_only("times", second_, "its end is at 253402300800000000 microseconds");
}

TEST_F(LogCheckTest, SizesAndResourcesBelowZero) {
  damage("UPDATE execution_file SET size_bytes = -5 WHERE path = 'c'");
  expect_only("files", second_, "its file 'c' has -5 bytes");
  damage(
      "UPDATE execution_file SET size_bytes = 5 WHERE path = 'c'; "
      "UPDATE execution SET cpu_microseconds = -2 WHERE started_sequence = 3");
  expect_only("resources", second_, "its CPU time is -2");
  damage(
      "UPDATE execution SET cpu_microseconds = 0, peak_memory_bytes = -3 "
      "WHERE started_sequence = 3");
  expect_only("resources", second_, "its peak memory is -3");
}

TEST_F(LogCheckTest, AFileWithoutItsExecution) {
  damage("INSERT INTO execution_file VALUES (77, 0, 0, 'stray', 1, 1, NULL)");
  expect_only("files", "", "'stray' belongs to the execution with the number 77");
}

TEST_F(LogCheckTest, AFileThatIsMissing) {
  damage("DELETE FROM execution_file WHERE path = 'a'");
  expect_only("files", first_, "of its 2 input files 1 are there");
}

TEST_F(LogCheckTest, ARunWithoutItsPlanAPlanOfAnotherTextAndARunThatBeganLaterThanAnything) {
  const auto hash = "sha256:" + to_hex(sha256_of("a plan"));
  open_sqlite_log(path_)->begin_run({.run_id = "a-run", .plan_hash = hash}, "a plan");
  EXPECT_THAT(findings(), IsEmpty());
  damage("UPDATE run SET after_sequence = 8");
  expect_only("runs", "", "run a-run: it began after the number 8, but the last number given is 7");
  damage("UPDATE run SET after_sequence = 7, finished_at = started_at - 1");
  expect_only("runs", "", "run a-run: it ends before it begins");
  damage("UPDATE run SET finished_at = 253402300800000000");
  expect_only("runs", "", "run a-run: it begins or ends before 1970 or after 9999");
  damage("UPDATE run SET finished_at = NULL, run_id = ''");
  expect_only("runs", "", "it has no id");
  damage("UPDATE run SET run_id = 'a-run'; UPDATE plan SET content = 'another'");
  expect_only("runs", "", "holds another text than that of its name");
  damage("DELETE FROM plan");
  expect_only("runs", "", "run a-run: its plan " + hash + " is not there");
}

TEST_F(LogCheckTest, TextInTheColumnOfANumber) {
  damage(
      "PRAGMA writable_schema = ON; "
      "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'execution'; "
      "PRAGMA writable_schema = RESET; "
      "UPDATE execution SET exit_code = 'zero' WHERE started_sequence = 3; "
      "PRAGMA writable_schema = ON; "
      "UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name = 'execution'");
  expect_only("integrity", "", "non-INTEGER value in execution.exit_code");
}

TEST_F(LogCheckTest, AnEntryThatIsMissingInAnIndex) {
  // The index looks as if it had no entry for the row while that is written.
  damage(
      "PRAGMA writable_schema = ON; "
      "UPDATE sqlite_schema SET sql = replace(sql, 'state <> 2', 'state = 9') "
      "WHERE name = 'execution_state'");
  damage(
      "UPDATE execution SET state = 4 WHERE started_sequence = 5; "
      "PRAGMA writable_schema = ON; "
      "UPDATE sqlite_schema SET sql = replace(sql, 'state = 9', 'state <> 2') "
      "WHERE name = 'execution_state'");
  EXPECT_THAT(findings(), Contains(Field(&LogFinding::rule, "integrity")));
}

// Each page in turn becomes bytes without meaning; whatever that hits, it is told.
TEST_F(LogCheckTest, PagesThatWereOverwritten) {
  const std::string sound = read_bytes(path_);
  constexpr std::size_t kPage = 4096;
  ASSERT_GT(sound.size() / kPage, 5U);
  std::size_t found = 0;
  for (std::size_t page = 1; page < sound.size() / kPage; ++page) {
    std::string damaged = sound;
    damaged.replace(page * kPage, kPage, std::string(kPage, '\xA5'));
    write_bytes(path_, damaged);
    try {
      const std::vector<LogFinding> findings = this->findings();
      EXPECT_THAT(findings, ::testing::Not(IsEmpty())) << "page " << page;
      for (const LogFinding& finding : findings)
        EXPECT_EQ(finding.message.find('\n'), std::string::npos);
      ++found;
    } catch (const LogError& error) {  // it cannot even be opened
      EXPECT_THAT(error.what(), HasSubstr("the file is damaged"));
    }
  }
  EXPECT_GT(found, 3U);
}

TEST_F(LogCheckTest, AHundredThousandExecutionsAreCheckedInLinearTime) {
  const auto add_and_check = [&](int last) {
    const std::string added = PlainSqlite(path_).run(
        "BEGIN; WITH RECURSIVE n (n) AS (SELECT sequence + 1 FROM log UNION ALL SELECT n + 2 FROM "
        "n WHERE n + 2 < " +
        std::to_string(last) +
        ") "
        "INSERT INTO execution (started_sequence, finished_sequence, changed_sequence, "
        "task_run_id, epoch, state, task_id, task_type, version, arguments, run_id, reason, "
        "started_at, finished_at, owner_host, owner_boot_id, owner_pid, owner_start_ticks) "
        "SELECT n, n + 1, n + 1, 'run' || n, 1, 2, 't' || (n % 97), '', '', '{}', '', '', n, n, "
        "'h', 'b', 1, 1 FROM n; REPLACE INTO task SELECT task_id, max(started_sequence), "
        "max(started_sequence) FROM execution WHERE task_id LIKE 't%' GROUP BY task_id; UPDATE log "
        "SET sequence = " +
        std::to_string(last + 1) + "; COMMIT");
    EXPECT_EQ(added, "");
    const auto start = std::chrono::steady_clock::now();
    EXPECT_THAT(findings(), IsEmpty());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const double tenth = add_and_check(20'000);
  const double whole = add_and_check(200'000);
  EXPECT_LT(whole, 60 * tenth + 1) << "ten times as many executions";
  EXPECT_LT(whole, 30);
}

}  // namespace
}  // namespace rota
