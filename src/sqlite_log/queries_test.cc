// SPDX-License-Identifier: Apache-2.0
// How SQLite runs the look-ups: by an index, without a sort, at a cost that does not grow with the history.
#include "sqlite_log/queries.h"

#include "sqlite_log/file_queries.h"
#include "sqlite_log/log_folder.h"
#include "sqlite_log/task_queries.h"
#include "sqlite_log/upkeep_queries.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class QueriesTest : public ::testing::Test {
 protected:
  QueriesTest() { open_sqlite_log(log_); }

  std::string plan(const char* sql) {
    return PlainSqlite(log_).run(std::string("EXPLAIN QUERY PLAN ") + sql);
  }

  // `count` executions more, of ten tasks, in every final state, each with a file of
  // its own and one that all of them write.
  void add_executions(int count) {
    const std::string added = PlainSqlite(log_).run(fmt::format(R"sql(
      BEGIN;
      WITH RECURSIVE number (n) AS
        (SELECT sequence + 1 FROM log UNION ALL SELECT n + 2 FROM number, log WHERE n < sequence + {0} * 2 - 1)
      INSERT INTO execution (started_sequence, finished_sequence, changed_sequence, task_run_id, epoch, state,
                             task_id, task_type, version, arguments, run_id, reason, started_at, finished_at,
                             owner_host, owner_boot_id, owner_pid, owner_start_ticks)
      SELECT n, n + 1, n + 1, 'run' || n, 1, 2 + (n / 20) % 8, 't' || ((n / 2) % 10), '', '', '{{}}', '', '', n, n + 1,
             'h', 'b', 1, 1
      FROM number;
      INSERT INTO execution_file (started_sequence, direction, position, path, size_bytes, mtime_nanoseconds)
      SELECT started_sequence, 1, position, CASE position WHEN 0 THEN 'f' || started_sequence ELSE 'shared' END, 1, 1
      FROM execution, (SELECT 0 AS position UNION ALL SELECT 1)
      WHERE started_sequence > (SELECT sequence FROM log);
      REPLACE INTO task SELECT task_id, max(started_sequence), max(iif(state = 2, started_sequence, NULL))
      FROM execution WHERE state <= 6 GROUP BY task_id;
      UPDATE log SET sequence = sequence + {0} * 2;
      COMMIT)sql",
                                                                count));
    ASSERT_EQ(added, "");
  }

  // Steps of SQLite's machine for the statement, which the function runs.
  template <class Function>
  static int steps(Connection& connection, const char* sql, Function run) {
    ::sqlite3_stmt_status(connection.prepared(sql).handle.get(), SQLITE_STMTSTATUS_VM_STEP, 1);
    run();
    return ::sqlite3_stmt_status(connection.prepared(sql).handle.get(), SQLITE_STMTSTATUS_VM_STEP,
                                 0);
  }

  TemporaryFolder folder_ = TemporaryFolder::in_memory();
  const std::filesystem::path log_ = folder_ / "log.db";
};

TEST_F(QueriesTest, EachLookUpUsesItsIndexAndNeedsNoSort) {
  const auto by_index = [](const std::string& detail) {
    return AllOf(HasSubstr("SEARCH"), HasSubstr(detail), Not(HasSubstr("SCAN")),
                 Not(HasSubstr("TEMP B-TREE")));
  };
  EXPECT_THAT(plan(queries::kByRunId), by_index("(task_run_id=?)"));
  EXPECT_THAT(plan(queries::kLatestSuccess), by_index("SEARCH task USING PRIMARY KEY (task_id=?)"));
  EXPECT_THAT(plan(queries::kLatestRun), by_index("SEARCH task USING PRIMARY KEY (task_id=?)"));
  EXPECT_THAT(plan(queries::kActive),
              by_index("INDEX execution_active (task_id=? AND arguments=?)"));
  EXPECT_THAT(plan(queries::kHistory), by_index("USING INTEGER PRIMARY KEY (rowid<?)"));
  for (const char* const of_task : {queries::kHistoryOfTask, queries::kHistoryOfTaskAndState})
    EXPECT_THAT(plan(of_task), by_index("INDEX execution_task (task_id=? AND rowid<?)"));
  EXPECT_THAT(plan(queries::kHistoryOfSuccess), by_index("USING INTEGER PRIMARY KEY (rowid<?)"));
  EXPECT_THAT(plan(queries::kHistoryOfOtherState),
              by_index("INDEX execution_state (state=? AND rowid<?)"));
  EXPECT_THAT(plan(queries::kFiles), by_index("USING PRIMARY KEY (started_sequence=?)"));
  EXPECT_THAT(plan(queries::kLastPosition),
              by_index("USING PRIMARY KEY (started_sequence=? AND direction=?)"));
  EXPECT_THAT(plan(queries::kStartedSequence), by_index("(task_run_id=?)"));
  EXPECT_THAT(
      plan(queries::kFileOfExecution),
      by_index("INDEX execution_file_path (path=? AND direction=? AND started_sequence=?)"));
  for (const char* const uses : {queries::kFileUsesNewestFirst, queries::kFileUsesOldestFirst}) {
    EXPECT_THAT(plan(uses),
                AllOf(by_index("INDEX execution_file_path (path=? AND direction=? AND "
                               "started_sequence>? AND started_sequence<?)"),
                      by_index("SEARCH execution USING INTEGER PRIMARY KEY (rowid=?)")));
  }
  EXPECT_THAT(plan(queries::kOldestFirstOfTask), by_index("INDEX execution_task (task_id=?)"));
  EXPECT_THAT(plan(queries::kLatestEnded), by_index("INDEX execution_task (task_id=?)"));
  EXPECT_THAT(plan(queries::kNextTask), by_index("SEARCH task USING PRIMARY KEY (task_id>?)"));
  EXPECT_THAT(plan(queries::kTask), by_index("SEARCH task USING PRIMARY KEY (task_id=?)"));
  EXPECT_THAT(plan(queries::kOldestFirst), Not(HasSubstr("TEMP B-TREE")));
  // All active ones: the whole of an index that has no others.
  EXPECT_THAT(plan(queries::kAllActive),
              AllOf(HasSubstr("USING INDEX execution_active"), Not(HasSubstr("TEMP B-TREE"))));
}

TEST_F(QueriesTest, UpkeepAndFollowingUseTheirIndexesAndNeedNoSort) {
  const auto by_index = [](const std::string& detail) {
    return AllOf(HasSubstr(detail), Not(HasSubstr("TEMP B-TREE")));
  };
  EXPECT_THAT(plan(queries::kUnchangedSince),
              by_index("SEARCH execution USING INTEGER PRIMARY KEY (rowid>?)"));
  EXPECT_THAT(plan(queries::kChangedSince),
              by_index("SEARCH execution USING INDEX execution_changed (changed_sequence>?)"));
  EXPECT_THAT(plan(queries::kRunIdsFrom), by_index("SEARCH execution USING COVERING INDEX "
                                                   "execution_task_run_id (task_run_id>?)"));
  EXPECT_THAT(plan(queries::kAllByTask), by_index("SCAN execution USING INDEX execution_task"));
  EXPECT_THAT(plan(queries::kSuccessesOfTask), HasSubstr("INDEX execution_task (task_id=?)"));
  EXPECT_THAT(plan(queries::kOutputsOf), by_index("USING PRIMARY KEY (started_sequence=?"));
  EXPECT_THAT(plan(queries::kProducersOf),
              by_index("INDEX execution_file_path (path=? AND direction=?)"));
  EXPECT_THAT(plan(queries::kTaskOf), by_index("USING INTEGER PRIMARY KEY (rowid=?)"));
  EXPECT_THAT(plan(queries::kRemove), by_index("USING INTEGER PRIMARY KEY (rowid=?)"));
  EXPECT_THAT(plan(queries::kUpdateFreeFields), by_index("USING INTEGER PRIMARY KEY (rowid=?)"));
}

TEST_F(QueriesTest, ParametersHaveTheirValuesInWhateverOrderTheyAreBound) {
  Connection connection(log_, Access::read_only);
  const auto select = [&](const std::vector<std::pair<const char*, std::int64_t>>& values) {
    Statement statement(connection, "SELECT :a, :b, :c");
    for (const auto& [name, value] : values) statement.bind(name, value);
    EXPECT_TRUE(statement.step());
    std::string row;
    for (int column = 0; column < 3; ++column)
      row += statement.is_null(column) ? "-" : std::to_string(statement.integer(column));
    return row;
  };
  constexpr const char* kA = ":a";
  constexpr const char* kB = ":b";
  constexpr const char* kC = ":c";
  EXPECT_EQ(select({{kA, 1}, {kB, 2}, {kC, 3}}), "123");
  EXPECT_EQ(select({{kC, 3}, {kA, 1}, {kB, 2}}), "123");
  EXPECT_EQ(select({{kC, 4}}), "--4");
  EXPECT_EQ(select({{kB, 5}, {kB, 6}}), "-6-");
  const std::string same_name = ":a";
  EXPECT_EQ(select({{kC, 3}, {same_name.c_str(), 7}, {kA, 8}}), "8-3");
}

TEST_F(QueriesTest, TheCostOfChangesDoesNotGrowWithTheHistory) {
  add_executions(100);
  Connection connection(log_, Access::read_only);
  const auto cost = [&] {
    const std::int64_t last = select_last_sequence(connection);
    const auto look = [&] { EXPECT_EQ(select_changes(connection, last - 10, 0).size(), 5U); };
    return steps(connection, queries::kUnchangedSince, look) +
           steps(connection, queries::kChangedSince, look);
  };
  const int before = cost();
  add_executions(20'000);
  EXPECT_EQ(cost(), before);
}

TEST_F(QueriesTest, TheCostOfALookUpDoesNotGrowWithTheHistory) {
  add_executions(100);
  Connection connection(log_, Access::read_only);
  const auto cost = [&](bool success_only) {
    return steps(connection, success_only ? queries::kLatestSuccess : queries::kLatestRun,
                 [&] { EXPECT_TRUE(select_latest(connection, "t3", success_only)); });
  };
  const auto cost_of_use = [&](const char* path) {
    return steps(connection, queries::kFileUsesNewestFirst, [&] {
      EXPECT_EQ(select_file_uses(connection, {.path = path, .limit = 1}).size(), 1U);
    });
  };
  const int success_before = cost(true);
  const int use_before = cost_of_use("f1");
  const int shared_use_before = cost_of_use("shared");
  const int run_before = cost(false);
  const int active_before =
      steps(connection, queries::kAllActive, [&] { select_all_active(connection); });
  add_executions(20'000);
  EXPECT_EQ(cost(true), success_before);
  EXPECT_EQ(cost(false), run_before);
  EXPECT_EQ(cost_of_use("f1"), use_before);
  EXPECT_EQ(cost_of_use("shared"), shared_use_before);
  EXPECT_EQ(steps(connection, queries::kAllActive, [&] { select_all_active(connection); }),
            active_before);
}

}  // namespace
}  // namespace rota
