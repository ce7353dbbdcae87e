// SPDX-License-Identifier: Apache-2.0
// Free fields, removals and cleanups: what may go, what stays, and that nothing else changes.
#include "logs_under_test.h"

#include <algorithm>
#include <fstream>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using State = ExecutionState;
using Kept = KeptBecause;

constexpr std::chrono::seconds kAtOnce(0);

class UpkeepTest : public ConformanceTest {
 protected:
  // In the past second already, so that an age of 0 is over.
  static void let_a_second_pass() { std::this_thread::sleep_for(std::chrono::milliseconds(1'100)); }

  std::string record_output(const std::string& path, const std::string& task = "t",
                            State state = State::failed) {
    return log_->record_task_execution({.task_id = task},
                                       {.state = state, .outputs = {{path, 1, 1}}});
  }
  std::string make_file(const std::string& name) {
    std::ofstream(folder_ / name) << "x";
    return (folder_ / name).string();
  }
  std::vector<std::string> remaining() {
    std::vector<std::string> runs;
    for (const Execution& execution : log_->get_task_execution_history({.limit = 0}))
      runs.insert(runs.begin(), execution.task_run_id);
    return runs;
  }
  static std::vector<std::string> runs(const std::vector<CleanupEntry>& entries) {
    std::vector<std::string> runs;
    for (const CleanupEntry& entry : entries) runs.push_back(entry.task_run_id);
    return runs;
  }
  static std::vector<std::pair<std::string, Kept>> kept(const CleanupResult& result) {
    std::vector<std::pair<std::string, Kept>> kept;
    for (const KeptExecution& one : result.kept)
      kept.emplace_back(one.execution.task_run_id, one.reason);
    return kept;
  }
  void expect_sound() {
    for (const LogFinding& finding : log_->validate_execution_log())
      ADD_FAILURE() << finding.rule << ": " << finding.message;
  }
};
ROTA_TEST_ON_ALL_LOGS(UpkeepTest);

TEST_P(UpkeepTest, AnUpdateChangesTheFreeFieldsThatAreGivenAndNothingElse) {
  const std::string run = record_output("/out", "t", State::success);
  const Execution before = log_->find_execution(run).value();
  EXPECT_TRUE(log_->update_execution_record(run, {.notes = "looked at\n'twice'"}));
  EXPECT_TRUE(log_->update_execution_record(run, {.tags = R"( {"team": "core"} )"}));
  const Execution after = log_->find_execution(run).value();
  EXPECT_EQ(after.notes, "looked at\n'twice'");
  EXPECT_EQ(after.tags, R"( {"team": "core"} )");
  EXPECT_EQ(after.state(), before.state());
  EXPECT_EQ(after.started_sequence, before.started_sequence);
  EXPECT_EQ(after.finished_sequence, before.finished_sequence);
  EXPECT_EQ(after.finished_at, before.finished_at);
  EXPECT_EQ(after.epoch, before.epoch);
  EXPECT_EQ(after.end.outputs, before.end.outputs);
  EXPECT_TRUE(log_->update_execution_record(run, {.notes = ""}));
  EXPECT_EQ(log_->find_execution(run)->notes, "");
  EXPECT_EQ(log_->find_execution(run)->tags, R"( {"team": "core"} )");
  expect_sound();
}

TEST_P(UpkeepTest, AnUpdateOfAnActiveExecutionStaysWhenItEnds) {
  const ExecutionHandle handle = begin("t");
  EXPECT_TRUE(log_->update_execution_record(handle.task_run_id, {.notes = "slow today"}));
  EXPECT_EQ(find(handle).state(), State::running);
  EXPECT_TRUE(finish(handle));
  EXPECT_EQ(find(handle).notes, "slow today");
  EXPECT_EQ(find(handle).finished_sequence, 3);
  expect_sound();
}

TEST_P(UpkeepTest, AnUpdateOfWhatIsNotThereOrOfNothingChangesNothing) {
  const std::string run = record("t");
  EXPECT_FALSE(log_->update_execution_record("no such run", {.notes = "x"}));
  EXPECT_FALSE(log_->update_execution_record("no such run", {}));
  EXPECT_TRUE(log_->update_execution_record(run, {}));
  EXPECT_EQ(log_->last_sequence(), 2);
}

TEST_P(UpkeepTest, TagsMayBeGivenWithTheStart) {
  const std::string whole =
      log_->record_task_execution({.task_id = "t", .tags = R"({"report":"r"})"}, {});
  const ExecutionHandle begun = log_->begin_execution({.task_id = "u", .tags = R"({"a":1})"});
  EXPECT_EQ(log_->find_execution(whole)->tags, R"({"report":"r"})");
  EXPECT_EQ(find(begun).tags, R"({"a":1})");
  EXPECT_TRUE(finish(begun));
  EXPECT_EQ(find(begun).tags, R"({"a":1})");
  EXPECT_EQ(find(begun).start.tags, "{}");
  expect_sound();
}

TEST_P(UpkeepTest, TagsOfAStartThatAreNoJsonObjectAreRefused) {
  for (const char* const tags : {"", "[]", "1", "{", "{'a':1}"}) {
    EXPECT_THROW(log_->record_task_execution({.task_id = "t", .tags = tags}, {}), LogError) << tags;
    EXPECT_THROW(log_->begin_execution({.task_id = "t", .tags = tags}), LogError) << tags;
  }
  EXPECT_EQ(log_->last_sequence(), 0);
}

TEST_P(UpkeepTest, TagsThatAreNoJsonObjectAreRefusedByName) {
  const std::string run = record("t");
  for (const char* const tags : {"", " ", "[]", "1", "null", "\"x\"", "{", "{}{}", "{'a':1}",
                                 "{\"a\":\xFF}", "{\"a\":NaN}", "no\nobject"}) {
    try {
      log_->update_execution_record(run, {.notes = "x", .tags = tags});
      ADD_FAILURE() << "taken: " << tags;
    } catch (const LogError& error) {
      EXPECT_THAT(error.what(), HasSubstr(run));
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
  EXPECT_EQ(log_->find_execution(run)->notes, "");
  EXPECT_EQ(log_->find_execution(run)->tags, "{}");
}

TEST_P(UpkeepTest, ARemovedExecutionIsFoundByNothing) {
  const std::string other = record("t", State::failed);
  const std::string run = record_output("/out", "t", State::success);
  EXPECT_TRUE(log_->remove_execution_record(run));
  EXPECT_FALSE(log_->remove_execution_record(run));
  EXPECT_FALSE(log_->find_execution(run));
  EXPECT_FALSE(log_->find_latest_execution("t", true));
  EXPECT_EQ(log_->find_latest_execution("t", false)->task_run_id, other);
  EXPECT_THAT(remaining(), ElementsAre(other));
  EXPECT_THAT(log_->find_task_run_ids(run, 5), IsEmpty());
  expect_sound();
}

TEST_P(UpkeepTest, NumbersOfRemovedExecutionsAreNotGivenAgain) {
  const std::string run = record("t");  // 1, 2
  log_->remove_execution_record(run);
  EXPECT_EQ(log_->last_sequence(), 2);
  EXPECT_EQ(log_->find_execution(record("t"))->started_sequence, 3);
}

TEST_P(UpkeepTest, AnActiveExecutionThatIsRemovedByNameMakesWay) {
  const ExecutionHandle gone = begin("t");
  EXPECT_TRUE(log_->remove_execution_record(gone.task_run_id));
  EXPECT_FALSE(finish(gone));
  const ExecutionHandle next = begin("t");
  EXPECT_TRUE(finish(next));
  EXPECT_THAT(remaining(), ElementsAre(next.task_run_id));
  expect_sound();
}

TEST_P(UpkeepTest, ACleanupTellsWhereTheRemovedHavePrinted) {
  log_->record_task_execution({.task_id = "t"},
                              {.state = State::failed, .output_path = ".rota/output/r/t.1.txt"});
  record("t", State::failed);
  const CleanupResult result = log_->cleanup_old_executions({.max_per_task = 0});
  ASSERT_EQ(result.removed.size(), 2U);
  EXPECT_EQ(result.removed[0].output_path, ".rota/output/r/t.1.txt");
  EXPECT_EQ(result.removed[1].output_path, "");
}

TEST_P(UpkeepTest, WithoutARuleNothingIsOld) {
  record("t", State::failed);
  const CleanupResult result = log_->cleanup_old_executions({});
  EXPECT_THAT(result.removed, IsEmpty());
  EXPECT_THAT(result.kept, IsEmpty());
  EXPECT_EQ(remaining().size(), 1U);
}

TEST_P(UpkeepTest, ACleanupKeepsTheNewestOfEachTask) {
  std::vector<std::string> of_t;
  for (int number = 0; number < 5; ++number) of_t.push_back(record("t", State::failed));
  const std::string of_u = record("u", State::failed);
  const CleanupResult result = log_->cleanup_old_executions({.max_per_task = 2});
  EXPECT_THAT(runs(result.removed), ElementsAre(of_t[0], of_t[1], of_t[2]));
  EXPECT_THAT(result.kept, IsEmpty());
  EXPECT_THAT(remaining(), ElementsAre(of_t[3], of_t[4], of_u));
  EXPECT_EQ(result.removed[0].task_id, "t");
  EXPECT_EQ(result.removed[0].state, State::failed);
  EXPECT_EQ(result.removed[0].started_sequence, 1);
  expect_sound();
}

TEST_P(UpkeepTest, ACleanupRemovesWhatEndedTooLongAgo) {
  const std::string old = record("t", State::failed);
  const ExecutionHandle ends_late = begin("u");
  let_a_second_pass();
  EXPECT_TRUE(finish(ends_late, State::failed));
  const std::string young = record("t", State::failed);
  EXPECT_THAT(log_->cleanup_old_executions({.max_age = std::chrono::hours(1)}).removed, IsEmpty());
  const CleanupResult result = log_->cleanup_old_executions({.max_age = kAtOnce});
  EXPECT_THAT(runs(result.removed), ElementsAre(old));
  EXPECT_THAT(remaining(), ElementsAre(ends_late.task_run_id, young));
}

TEST_P(UpkeepTest, AnAgeBelowZeroIsRefusedAndOneOfCenturiesIsNot) {
  record("t", State::failed);
  EXPECT_THROW(log_->cleanup_old_executions({.max_age = std::chrono::seconds(-1)}), LogError);
  EXPECT_THAT(log_->cleanup_old_executions({.max_age = std::chrono::seconds::max()}).removed,
              IsEmpty());
  EXPECT_EQ(remaining().size(), 1U);
}

TEST_P(UpkeepTest, ACleanupKeepsTheLatestSuccessOfEachTask) {
  const ExecutionHandle ends_last = begin("t", "1");
  const std::string earlier = record("t");
  const std::string failed = record("t", State::failed);
  EXPECT_TRUE(finish(ends_last));
  const CleanupResult result = log_->cleanup_old_executions({.max_per_task = 0});
  EXPECT_THAT(kept(result), ElementsAre(std::pair(ends_last.task_run_id, Kept::latest_success)));
  EXPECT_THAT(runs(result.removed), ElementsAre(earlier, failed));
  EXPECT_EQ(log_->find_latest_execution("t", true)->task_run_id, ends_last.task_run_id);
  expect_sound();
}

TEST_P(UpkeepTest, ACleanupKeepsWhatIsActive) {
  const ExecutionHandle active = begin("t");
  const std::string failed = record("t", State::failed);
  const CleanupResult result = log_->cleanup_old_executions({.max_per_task = 0});
  EXPECT_THAT(kept(result), ElementsAre(std::pair(active.task_run_id, Kept::active)));
  EXPECT_THAT(runs(result.removed), ElementsAre(failed));
  EXPECT_TRUE(finish(active));
}

TEST_P(UpkeepTest, WhatNeverRanIsNoProducerOfAFile) {
  const std::string path = make_file("made.csv");
  const std::string producer = record_output(path);
  const std::string blocked = log_->record_task_execution(
      {.task_id = "t"}, {.state = State::blocked, .outputs = {{path, 1, 1}}});
  record("t");
  const CleanupResult result = log_->cleanup_old_executions({.max_per_task = 1});
  EXPECT_THAT(kept(result), ElementsAre(std::pair(producer, Kept::makes_existing_file)));
  EXPECT_THAT(runs(result.removed), ElementsAre(blocked));
}

TEST_P(UpkeepTest, ACleanupKeepsTheProducerOfAFileThatExists) {
  const std::string path = make_file("made.csv");
  const std::string earlier = record_output(path);
  const std::string producer = record_output(path, "u");
  const std::string of_lost_file = record_output((folder_ / "gone.csv").string());
  const std::string reads_it = log_->record_task_execution(
      {.task_id = "t"}, {.state = State::failed, .inputs = {{path, 1, 1}}});
  const CleanupResult result = log_->cleanup_old_executions({.max_per_task = 0});
  ASSERT_THAT(kept(result), ElementsAre(std::pair(producer, Kept::makes_existing_file)));
  EXPECT_EQ(result.kept[0].path, "made.csv");
  EXPECT_THAT(runs(result.removed), ElementsAre(earlier, of_lost_file, reads_it));
  std::filesystem::remove(path);
  EXPECT_THAT(runs(log_->cleanup_old_executions({.max_per_task = 0}).removed),
              ElementsAre(producer));
}

TEST_P(UpkeepTest, WhatIsNamedIsRemovedWhateverItIs) {
  const std::string path = make_file("made.csv");
  const std::string success = record("t");
  const std::string producer = record_output(path, "u");
  const ExecutionHandle active = begin("v");
  const std::string other = record("w");
  const CleanupResult result = log_->cleanup_old_executions(
      {.task_run_ids = {"none", producer, active.task_run_id, success, producer, "nor this"}});
  EXPECT_THAT(runs(result.removed), ElementsAre(success, producer, active.task_run_id));
  EXPECT_THAT(result.kept, IsEmpty());
  EXPECT_THAT(result.unknown, ElementsAre("none", "nor this"));
  EXPECT_THAT(remaining(), ElementsAre(other));
  expect_sound();
}

TEST_P(UpkeepTest, WhatStaysIsDecidedAsIfWhatIsNamedWereGone) {
  const std::string path = make_file("made.csv");
  const std::string first_success = record("t");
  const std::string last_success = record("t");
  const std::string first_producer = record_output(path, "u");
  const std::string last_producer = record_output(path, "u");
  for (const bool dry_run : {true, false}) {
    const CleanupResult result = log_->cleanup_old_executions(
        {.max_per_task = 0, .task_run_ids = {last_success, last_producer}, .dry_run = dry_run});
    EXPECT_THAT(runs(result.removed), ElementsAre(last_success, last_producer));
    EXPECT_THAT(kept(result), ElementsAre(std::pair(first_success, Kept::latest_success),
                                          std::pair(first_producer, Kept::makes_existing_file)));
  }
  EXPECT_THAT(remaining(), ElementsAre(first_success, first_producer));
}

TEST_P(UpkeepTest, ADryRunTellsTheSameAndRemovesNothing) {
  for (int number = 0; number < 4; ++number) record("t", State::failed);
  const std::string success = record("t");
  const CleanupRule rule{.max_per_task = 0, .task_run_ids = {"none"}, .dry_run = true};
  const CleanupResult told = log_->cleanup_old_executions(rule);
  EXPECT_EQ(remaining().size(), 5U);
  CleanupRule real = rule;
  real.dry_run = false;
  const CleanupResult done = log_->cleanup_old_executions(real);
  EXPECT_EQ(runs(told.removed), runs(done.removed));
  EXPECT_EQ(kept(told), kept(done));
  EXPECT_EQ(told.unknown, done.unknown);
  EXPECT_THAT(remaining(), ElementsAre(success));
}

TEST_P(UpkeepTest, ALogThatWasUsedInEveryWayIsSound) {
  expect_sound();
  begin("t", "1");
  processes_.end(1);
  begin("t", "1");
  const std::string run = record_output("/a", "t", State::success);
  record("u", State::blocked);
  log_->update_execution_record(run, {.tags = R"({"a":1})"});
  log_->mark_lost_executions();
  log_->remove_execution_record(run);
  expect_sound();
}

}  // namespace
}  // namespace rota
