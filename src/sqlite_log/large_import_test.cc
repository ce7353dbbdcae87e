// SPDX-License-Identifier: Apache-2.0
// An import that is large enough to leave its indexes to the end: they are there afterwards, however it ends.
#include "sqlite_log/deferred_indexes.h"
#include "sqlite_log/log_folder.h"

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kMany = 2'500;

class LargeImportTest : public ::testing::Test {
 protected:
  LargeImportTest() { open_sqlite_log(path_); }

  static Execution execution(int number) {
    Execution made{.task_run_id = fmt::format("00000000-0000-4000-8000-{:012}", number)};
    made.start.task_id = fmt::format("t{}", number % 7);
    made.end.state = number % 10 == 0 ? ExecutionState::failed : ExecutionState::success;
    made.end.outputs = {{fmt::format("out/{}", number), 1, 1}};
    made.finished_at = made.started_at;
    return made;
  }
  void import(int from, int to) {
    open_sqlite_log(path_)->import_executions(ImportMode::merge, [&](const AddExecution& add) {
      for (int number = from; number < to; ++number) {
        Execution one = execution(number);
        add(one);
      }
    });
  }
  std::string schema() {
    return PlainSqlite(path_).run("SELECT name, sql FROM sqlite_schema ORDER BY name");
  }
  void expect_all_found(int count) {
    const auto log = open_sqlite_log(path_, {.read_only = true});
    EXPECT_THAT(log->validate_execution_log(), IsEmpty());
    const auto count_of = [&](const HistoryQuery& query) {
      return static_cast<int>(log->get_task_execution_history(query).size());
    };
    EXPECT_EQ(count_of({.limit = 0}), count);
    EXPECT_EQ(count_of({.task_id = "t3", .limit = 0}), (count - 3 + 6) / 7);
    EXPECT_EQ(count_of({.state = ExecutionState::failed, .limit = 0}), (count + 9) / 10);
    EXPECT_EQ(log->find_latest_execution("t3", false)->end.outputs.size(), 1U);
    EXPECT_THAT(log->find_file_uses({.path = "out/42", .direction = FileDirection::output}),
                SizeIs(1));
  }

  TemporaryFolder folder_ = TemporaryFolder::in_memory();
  const std::filesystem::path path_ = folder_ / "log.db";
};

TEST_F(LargeImportTest, OfAnEmptyLogLeavesItWithAllIndexesAndRows) {
  const std::string before = schema();
  import(0, kMany);
  EXPECT_EQ(schema(), before);
  expect_all_found(kMany);
}

TEST_F(LargeImportTest, OnTopOfOthersFindsAllAsWell) {
  const std::string before = schema();
  import(0, 10);
  import(0, kMany);
  EXPECT_EQ(schema(), before);
  expect_all_found(kMany);
}

TEST_F(LargeImportTest, ThatFailsLeavesTheIndexesAndNoRow) {
  const std::string before = schema();
  const auto log = open_sqlite_log(path_);
  EXPECT_THROW(log->import_executions(ImportMode::replace,
                                      [&](const AddExecution& add) {
                                        for (int number = 0; number < kMany; ++number) {
                                          Execution one = execution(number);
                                          add(one);
                                        }
                                        throw std::runtime_error("the file ends too early");
                                      }),
               std::runtime_error);
  EXPECT_EQ(schema(), before);
  EXPECT_THAT(log->get_task_execution_history({}), IsEmpty());
  log->record_task_execution({.task_id = "t"}, {});
  EXPECT_THAT(log->validate_execution_log(), IsEmpty());
}

TEST_F(LargeImportTest, AnIdThatIsThereTwiceIsToldWhereverItIs) {
  const auto log = open_sqlite_log(path_);
  for (const int again : {5, kMany / 2, kMany - 2}) {
    std::vector<ImportedAs> answers;
    log->import_executions(ImportMode::replace, [&](const AddExecution& add) {
      for (int number = 0; number < kMany; ++number) {
        Execution one = execution(number);
        ASSERT_EQ(add(one).as, ImportedAs::added);
        if (number < again) continue;
        Execution earlier = execution(number - again);
        answers.push_back(add(earlier).as);
      }
    });
    EXPECT_THAT(answers, SizeIs(kMany - again));
    EXPECT_THAT(answers, Each(ImportedAs::repeated));
    expect_all_found(kMany);
  }
}

TEST_F(LargeImportTest, ALogThatHasTheUniqueIdsAsAConstraintOfItsTableTakesItAsWell) {
  const std::filesystem::path old = std::filesystem::path(ROTA_RELEASED_LOGS) / "log.format-3.db";
  std::filesystem::copy_file(old, path_, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::permissions(
      path_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  ASSERT_EQ(PlainSqlite(path_).run("DELETE FROM execution WHERE state <= 1"), "");
  const std::string before = schema();
  ASSERT_THAT(before, Not(HasSubstr("execution_task_run_id")));
  const auto log = open_sqlite_log(path_);
  log->import_executions(ImportMode::replace, [&](const AddExecution& add) {
    for (int number = 0; number < kMany; ++number) {
      Execution one = execution(number);
      EXPECT_EQ(add(one).as, ImportedAs::added);
      EXPECT_EQ(add(one).as, ImportedAs::repeated);
    }
  });
  EXPECT_EQ(schema(), before);
  expect_all_found(kMany);
}

TEST(SeenIdsTest, TellsEachIdOnceHoweverManyThereAre) {
  SeenIds ids;
  for (int number = 0; number < 100'000; ++number) ASSERT_TRUE(ids.add(std::to_string(number)));
  for (int number = 0; number < 100'000; ++number) ASSERT_FALSE(ids.add(std::to_string(number)));
  EXPECT_TRUE(ids.add("another"));
}

TEST(SeenIdsTest, EndsWhereItsRoomDoes) {
  SeenIds ids;
  std::size_t added = 0;
  while (ids.add("id " + std::to_string(added))) ++added;
  EXPECT_GT(added, 1'000'000U);
  EXPECT_LT(added, 2'000'000U);
  EXPECT_FALSE(ids.add("another"));
  ids.clear();
  EXPECT_TRUE(ids.add("id 0"));
  EXPECT_FALSE(ids.add("id 0"));
  EXPECT_TRUE(ids.add("another"));
}

}  // namespace
}  // namespace rota
