// SPDX-License-Identifier: Apache-2.0
// What every log does with executions that are imported as a whole, and what a snapshot of it shows.
#include "exchange/json_import.h"
#include "logs_under_test.h"

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using State = ExecutionState;

Execution whole(const std::string& run, const std::string& task, State state = State::success) {
  Execution execution;
  execution.task_run_id = run;
  execution.start.task_id = task;
  execution.end.state = state;
  execution.end.inputs = {{"in", 0, 0}};
  execution.finished_at = TimePoint(std::chrono::seconds(1000));
  execution.imported_fields = R"({"record":{"k":1}})";
  return execution;
}

class LogExchangeTest : public ConformanceTest {
 protected:
  std::vector<ImportedAs> import_all(std::vector<Execution> executions,
                                     ImportMode mode = ImportMode::merge) {
    std::vector<ImportedAs> answers;
    log_->import_executions(mode, [&](const AddExecution& add) {
      for (Execution& execution : executions) answers.push_back(add(execution).as);
    });
    return answers;
  }
  std::vector<std::string> oldest_first(const ExecutionFilter& filter = {}) {
    std::vector<std::string> runs;
    log_->read_snapshot([&](const LogSnapshot& snapshot) {
      snapshot.for_each_execution(filter, [&](const Execution& execution) {
        runs.push_back(execution.task_run_id);
        return true;
      });
    });
    return runs;
  }
  std::vector<std::string> latest() {
    std::vector<std::string> runs;
    log_->read_snapshot([&](const LogSnapshot& snapshot) {
      snapshot.for_each_latest_execution([&](const Execution& execution) {
        runs.push_back(execution.start.task_id + ":" + execution.task_run_id);
        return true;
      });
    });
    return runs;
  }
};
ROTA_TEST_ON_ALL_LOGS(LogExchangeTest);

TEST_P(LogExchangeTest, ImportedExecutionsTakeTwoNumbersEachInTheirOrder) {
  record("t");
  EXPECT_THAT(import_all({whole("b", "t"), whole("a", "u", State::lost)}),
              ElementsAre(ImportedAs::added, ImportedAs::added));
  const Execution first = log_->find_execution("b").value();
  EXPECT_EQ(first.started_sequence, 3);
  EXPECT_EQ(first.finished_sequence, 4);
  EXPECT_EQ(first.finished_at, TimePoint(std::chrono::seconds(1000)));
  EXPECT_EQ(first.end.inputs.size(), 1U);
  EXPECT_EQ(first.imported_fields, R"({"record":{"k":1}})");
  EXPECT_EQ(log_->find_execution("a")->finished_sequence, 6);
  EXPECT_EQ(begin("t").epoch, 1);
  EXPECT_EQ(log_->get_task_execution_history({.limit = 1})[0].started_sequence, 7);
  EXPECT_EQ(log_->find_latest_execution("t", true)->task_run_id, "b");
}

TEST_P(LogExchangeTest, TellsWhatIsThereAlready) {
  import_all({whole("a", "t")});
  Execution grown = whole("a", "t");
  grown.imported_fields = R"({"record":{"k":1},"document":{}})";
  Execution another = whole("a", "t");
  another.imported_fields = R"({"record":{"k":2}})";
  EXPECT_THAT(
      import_all({whole("a", "t"), grown, another, whole("a", "u"), whole("b", "t"),
                  whole("b", "t"), whole("b", "u")}),
      ElementsAre(ImportedAs::known, ImportedAs::known, ImportedAs::differs, ImportedAs::differs,
                  ImportedAs::added, ImportedAs::repeated, ImportedAs::repeated));
  EXPECT_THAT(oldest_first(), ElementsAre("a", "b"));
}

TEST_P(LogExchangeTest, AnImportThatFailsLeavesNothing) {
  const std::string there = record("t");
  for (const ImportMode mode : {ImportMode::merge, ImportMode::replace}) {
    EXPECT_THROW(log_->import_executions(mode,
                                         [&](const AddExecution& add) {
                                           for (int number = 0; number < 100; ++number) {
                                             Execution one = whole(std::to_string(number), "t");
                                             add(one);
                                           }
                                           throw std::runtime_error("bad");
                                         }),
                 std::exception);
    EXPECT_THAT(oldest_first(), ElementsAre(there));
  }
  EXPECT_THROW(import_all({whole("a", "t"), whole("b", "t", State::running)}), LogError);
  EXPECT_THAT(oldest_first(), ElementsAre(there));
  record("t");
  EXPECT_EQ(log_->get_task_execution_history({.limit = 1})[0].started_sequence, 3);
}

TEST_P(LogExchangeTest, ReplacingLeavesOnlyWhatIsImportedAndGoesOnCounting) {
  record("t");
  const ExecutionHandle dead = begin("t");
  processes_.end(1);
  EXPECT_THAT(import_all({whole("a", "u")}, ImportMode::replace), ElementsAre(ImportedAs::added));
  EXPECT_THAT(oldest_first(), ElementsAre("a"));
  EXPECT_EQ(log_->find_execution("a")->started_sequence, 4);
  EXPECT_FALSE(log_->find_execution(dead.task_run_id));
  EXPECT_FALSE(log_->find_latest_execution("t", false));
  EXPECT_THAT(import_all({whole("a", "v")}, ImportMode::replace), ElementsAre(ImportedAs::added));
  EXPECT_EQ(log_->find_execution("a")->start.task_id, "v");
  EXPECT_THAT(import_all({}, ImportMode::replace), IsEmpty());
  EXPECT_THAT(oldest_first(), IsEmpty());
}

TEST_P(LogExchangeTest, NothingIsReplacedWhileAnExecutionIsActive) {
  record("t");
  const ExecutionHandle active = begin("t");
  try {
    import_all({whole("a", "u")}, ImportMode::replace);
    FAIL() << "replaced";
  } catch (const AlreadyRunningError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'t' is already running"));
  }
  EXPECT_EQ(oldest_first().size(), 2U);
  EXPECT_THAT(import_all({whole("a", "u")}), ElementsAre(ImportedAs::added));
  EXPECT_TRUE(finish(active));
}

TEST_P(LogExchangeTest, ASnapshotIsFilteredAndEndsWhenItIsTold) {
  import_all({whole("a", "t"), whole("b", "u", State::failed), whole("c", "t", State::failed)});
  EXPECT_THAT(oldest_first({.task_id = "t"}), ElementsAre("a", "c"));
  EXPECT_THAT(oldest_first({.state = State::failed}), ElementsAre("b", "c"));
  EXPECT_THAT(oldest_first({.task_id = "t", .state = State::failed}), ElementsAre("c"));
  int calls = 0;
  log_->read_snapshot([&](const LogSnapshot& snapshot) {
    snapshot.for_each_execution({}, [&](const Execution&) { return ++calls < 2; });
    snapshot.for_each_latest_execution([&](const Execution&) { return ++calls < 3; });
  });
  EXPECT_EQ(calls, 3);
}

TEST_P(LogExchangeTest, ASnapshotShowsTheLatestThatRanAndEndedOfEachTask) {
  import_all({whole("a", "t"), whole("b", ""), whole("c", "t", State::failed),
              whole("d", "z", State::blocked), whole("e", "u"),
              whole("f", "u", State::skipped_up_to_date)});
  begin("t");
  begin("v");
  EXPECT_THAT(latest(), ElementsAre(":b", "t:c", "u:e"));
}

TEST_P(LogExchangeTest, ASnapshotDoesNotSeeWhatIsWrittenLater) {
  if (GetParam().name == "sqlite_shared") GTEST_SKIP() << "without a WAL the writer waits for it";
  import_all({whole("a", "t")});
  log_->read_snapshot([&](const LogSnapshot& snapshot) {
    const auto count = [&] {
      int executions = 0;
      snapshot.for_each_execution({}, [&](const Execution&) { return ++executions > 0; });
      return executions;
    };
    EXPECT_EQ(count(), 1);
    record("t");
    EXPECT_EQ(count(), 1);
  });
  EXPECT_EQ(oldest_first().size(), 2U);
}

TEST_P(LogExchangeTest, AnExportNeverReplacesTheLogItself) {
  record("t");
  if (GetParam().name == "memory") GTEST_SKIP() << "it has no file";
  for (const char* end : {"", "-wal", "-shm", "-journal", ".lock", ".new", ".format-1.bak"})
    EXPECT_THROW(export_execution_log(*log_, log_->location() + end), ExchangeError) << end;
  std::filesystem::create_hard_link(log_->location(), folder_ / "same");
  EXPECT_THROW(export_execution_log(*log_, folder_ / "same"), ExchangeError);
  EXPECT_EQ(oldest_first().size(), 1U);
}

TEST_P(LogExchangeTest, AnImportedFileIsFoundByItsNameAndExportedAsItWasNamed) {
  const std::string whole_path = (folder_ / "out/made.csv").string();
  const nlohmann::json file = {{"executions",
                                {{{"task_id", "t"},
                                  {"success", true},
                                  {"output_files",
                                   {{{"path", whole_path}, {"type", "csv"}},
                                    {{"path", "out//made.csv"}, {"type", "again"}},
                                    {{"path", "other.csv"}, {"type", "csv"}}}}}}}};
  std::ofstream(folder_ / "first.json") << file;
  EXPECT_EQ(import_execution_log(*log_, folder_ / "first.json").imported, 1U);
  for (const char* name : {"out/made.csv", "other.csv"})
    EXPECT_TRUE(log_->find_task_by_output(log_->project_root() / name)) << name;
  export_execution_log(*log_, folder_ / "second.json");
  std::ifstream second(folder_ / "second.json");
  EXPECT_EQ(nlohmann::json::parse(second)["executions"][0]["output_files"],
            file["executions"][0]["output_files"]);
  EXPECT_EQ(import_execution_log(*log_, folder_ / "first.json").known, 1U);
}

TEST_P(LogExchangeTest, WhatIsExportedAndImportedAnewIsTheSame) {
  const std::string file = R"({"executions":[{"task_id":"t","success":true,"x":[1,{"y":"\u0000"}],
      "timestamp":"2025-05-04T12:13:14.5","execution_time":3,"input_files":[{"name":"n","path":"p"}]},
      {"success":false}],"tasks":{"t":{"k":1},"gone":{}},"version":"1.0.0","more":null})";
  std::ofstream(folder_ / "first.json") << file;
  EXPECT_EQ(import_execution_log(*log_, folder_ / "first.json").imported, 2U);
  export_execution_log(*log_, folder_ / "second.json");
  EXPECT_EQ(import_execution_log(*log_, folder_ / "second.json").known, 2U);
  const auto text = [&](const ExportFormat format) {
    std::string all;
    export_execution_log(*log_, [&](std::string_view piece) { all += piece; }, {.format = format});
    return all;
  };
  const std::string before = text(ExportFormat::json);
  EXPECT_EQ(
      import_execution_log(*log_, folder_ / "second.json", {.mode = ImportMode::replace}).imported,
      2U);
  EXPECT_EQ(text(ExportFormat::json), before);
  for (const char* kept : {"\"gone\"", "\"more\"", "\"x\":[1,{\"y\":\"\\u0000\"}]"})
    EXPECT_THAT(before, HasSubstr(kept));
  EXPECT_THAT(text(ExportFormat::csv), HasSubstr("\r\n"));
}

}  // namespace
}  // namespace rota
