// SPDX-License-Identifier: Apache-2.0
// The files of executions: what is tracked, and who made and read a file.
#include "logs_under_test.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using State = ExecutionState;
constexpr FileDirection kInput = FileDirection::input;
constexpr FileDirection kOutput = FileDirection::output;

class FilesTest : public ConformanceTest {
 protected:
  fs::path write(const std::string& name, const std::string& content = "content") {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }
  std::string record_output(const std::string& task, const std::string& path,
                            State state = State::success) {
    return log_->record_task_execution({.task_id = task},
                                       {.state = state, .outputs = {{path, 1, 1}}});
  }
  std::string record_input(const std::string& task, const std::string& path) {
    return log_->record_task_execution({.task_id = task}, {.inputs = {{path, 1, 1}}});
  }
  // Its task_run_id, or "".
  std::string producer(const fs::path& path) {
    const auto found = log_->find_task_by_output(path);
    return found ? found->task_run_id : "";
  }
  std::vector<std::string> readers(const fs::path& path, std::size_t limit = 100) {
    std::vector<std::string> runs;
    for (const Execution& execution : log_->find_tasks_by_input(path, limit))
      runs.push_back(execution.task_run_id);
    return runs;
  }
  std::vector<std::int64_t> uses(const FileUseQuery& query) {
    std::vector<std::int64_t> starts;
    for (const FileUse& use : log_->find_file_uses(query)) starts.push_back(use.started_sequence);
    return starts;
  }
  Execution run(const std::string& task_run_id) {
    return log_->find_execution(task_run_id).value();
  }
  template <class Function>
  static std::string error_of(Function function) {
    try {
      function();
    } catch (const LogError& error) {
      EXPECT_THAT(error.what(), AllOf(Not(HasSubstr("\n")), HasSubstr("; ")));
      return error.what();
    }
    return "no error";
  }
};
ROTA_TEST_ON_ALL_LOGS(FilesTest);

// ---- what is stored --------------------------------------------------------------------------------

TEST_P(FilesTest, AStampComesBackWithItsHash) {
  const FileStamp hashed{"a", 1, 2, "xxh3:99aa06d3014798d86001c324468d497f"};
  const FileStamp plain{"b", 3, 4};
  const std::string id = log_->record_task_execution(
      {.task_id = "t"}, {.inputs = {hashed, plain}, .outputs = {plain}});
  EXPECT_THAT(run(id).end.inputs, ElementsAre(hashed, plain));
  EXPECT_THAT(run(id).end.outputs, ElementsAre(plain));
}

TEST_P(FilesTest, AStampedFileHasItsNameSizeTimeAndHash) {
  const FileStamp stamp = log_->stamp_file(write("data/a", ""));
  EXPECT_EQ(stamp.path, "data/a");
  EXPECT_EQ(stamp.size_bytes, 0U);
  EXPECT_GT(stamp.mtime_nanoseconds, 1'000'000'000'000'000'000);
  EXPECT_EQ(stamp.content_hash, "xxh3:99aa06d3014798d86001c324468d497f");
}

TEST_P(FilesTest, FilesAreTrackedWhileAnExecutionRuns) {
  const ExecutionHandle handle = begin("t");
  log_->track_input_files(handle.task_run_id, {write("raw")});
  log_->track_output_files(handle.task_run_id, {write("out/a"), write("out/b")});
  const Execution running = find(handle);
  EXPECT_EQ(running.state(), State::running);
  EXPECT_FALSE(running.finished_at);
  EXPECT_THAT(running.end.inputs, ElementsAre(log_->stamp_file(folder_ / "raw")));
  EXPECT_THAT(running.end.outputs, ElementsAre(log_->stamp_file(folder_ / "out/a"),
                                               log_->stamp_file(folder_ / "out/b")));
}

TEST_P(FilesTest, TheFilesOfTheEndComeToThoseThatWereTracked) {
  const ExecutionHandle handle = begin("t");
  log_->track_files(handle.task_run_id, kOutput, {{"a", 1, 1}, {"b", 1, 1}});
  ASSERT_TRUE(log_->finish_execution(handle, {.outputs = {{"c", 1, 1}, {"a", 2, 2}}}));
  EXPECT_THAT(find(handle).end.outputs,
              ElementsAre(FileStamp{"a", 2, 2}, FileStamp{"b", 1, 1}, FileStamp{"c", 1, 1}));
}

TEST_P(FilesTest, FilesAreTrackedAfterTheEnd) {
  const std::string id = record_output("t", "a");
  const Execution before = run(id);
  log_->track_files(id, kOutput, {{"b", 2, 2}});
  log_->track_files(id, kInput, {{"a", 3, 3}});
  Execution after = run(id);
  EXPECT_THAT(after.end.outputs, ElementsAre(FileStamp{"a", 1, 1}, FileStamp{"b", 2, 2}));
  EXPECT_THAT(after.end.inputs, ElementsAre(FileStamp{"a", 3, 3}));
  EXPECT_EQ(after.state(), before.state());
  EXPECT_EQ(after.finished_sequence, before.finished_sequence);
  EXPECT_EQ(after.finished_at, before.finished_at);
}

TEST_P(FilesTest, WhatALostExecutionTrackedStays) {
  const ExecutionHandle handle = begin("t");
  log_->track_files(handle.task_run_id, kOutput, {{"a", 1, 1}});
  processes_.end(1);
  EXPECT_EQ(find(handle).state(), State::lost);
  EXPECT_THAT(find(handle).end.outputs, ElementsAre(FileStamp{"a", 1, 1}));
  processes_.become(2);
  EXPECT_EQ(log_->mark_lost_executions(), 1U);
  EXPECT_THAT(find(handle).end.outputs, ElementsAre(FileStamp{"a", 1, 1}));
  EXPECT_EQ(log_->find_task_by_output(folder_ / "a")->state(), State::lost);
}

TEST_P(FilesTest, AFileThatIsNamedTwiceCountsOnceWithTheLaterStamp) {
  const std::string id = log_->record_task_execution(
      {.task_id = "t"}, {.outputs = {{"a", 1, 1}, {"b", 1, 1}, {"./a", 2, 2}}});
  EXPECT_THAT(run(id).end.outputs, ElementsAre(FileStamp{"a", 2, 2}, FileStamp{"b", 1, 1}));
  log_->track_files(id, kOutput, {{"b", 3, 3}, {"c", 1, 1}, {"x/../b", 4, 4}});
  EXPECT_THAT(run(id).end.outputs,
              ElementsAre(FileStamp{"a", 2, 2}, FileStamp{"b", 4, 4}, FileStamp{"c", 1, 1}));
  EXPECT_THAT(uses({.path = "a"}), ElementsAre(1));
}

TEST_P(FilesTest, AHashIsKeptWhileSizeAndTimeAreTheSame) {
  const ExecutionHandle handle = begin("t");
  log_->track_files(handle.task_run_id, kOutput, {{"a", 1, 1, "h1"}, {"b", 1, 1, "h2"}});
  finish(handle);
  log_->track_files(handle.task_run_id, kOutput, {{"a", 1, 1}, {"b", 2, 1}});
  EXPECT_THAT(find(handle).end.outputs,
              ElementsAre(FileStamp{"a", 1, 1, "h1"}, FileStamp{"b", 2, 1}));
  log_->track_files(handle.task_run_id, kOutput, {{"a", 1, 1, "h3"}});
  EXPECT_EQ(find(handle).end.outputs.front().content_hash, "h3");
}

TEST_P(FilesTest, TheNewestExecutionOfATaskTakesFilesWhetherItHasEndedOrNot) {
  record("t");
  const std::string newest = record("t", State::failed);
  record("t", State::blocked);
  EXPECT_EQ(log_->track_output_files_of_task("t", {write("a")}), newest);
  EXPECT_EQ(producer(folder_ / "a"), newest);
  const ExecutionHandle running = begin("t");
  EXPECT_EQ(log_->track_input_files_of_task("t", {write("b")}), running.task_run_id);
  EXPECT_THAT(readers(folder_ / "b"), ElementsAre(running.task_run_id));
}

TEST_P(FilesTest, AnUnknownExecutionOrTaskIsOneClearError) {
  write("a");
  const std::string unknown = "00000000-0000-4000-8000-000000000000";
  EXPECT_THAT(error_of([&] {
                log_->track_files(unknown, kInput, {{"a", 1, 1}});
              }),
              AllOf(HasSubstr(unknown), HasSubstr(log_->location())));
  EXPECT_THAT(error_of([&] { log_->track_input_files(unknown, {folder_ / "a"}); }),
              HasSubstr(unknown));
  EXPECT_THAT(error_of([&] { log_->track_files("no\nid", kInput, {}); }), HasSubstr("no\\nid"));
  record("never", State::blocked);
  for (const char* const task : {"t", "never"}) {
    EXPECT_THAT(error_of([&] { log_->track_output_files_of_task(task, {folder_ / "a"}); }),
                HasSubstr("'"s + task + "': it never ran"));
  }
}

TEST_P(FilesTest, OneFileThatCannotBeTrackedLeavesAllAsItWas) {
  const ExecutionHandle handle = begin("t");
  EXPECT_THAT(error_of([&] {
                log_->track_input_files(handle.task_run_id, {write("a"), folder_ / "none"});
              }),
              HasSubstr("none"));
  EXPECT_THAT(error_of([&] {
                log_->track_files(handle.task_run_id, kInput,
                                  {{"a", 1, 1}, {"huge", 0x8000'0000'0000'0000U, 0}});
              }),
              HasSubstr("huge"));
  EXPECT_THAT(find(handle).end.inputs, IsEmpty());
}

TEST_P(FilesTest, TrackingNoFilesChangesNothing) {
  const ExecutionHandle handle = begin("t");
  log_->track_files(handle.task_run_id, kInput, {});
  finish(handle);
  EXPECT_EQ(find(handle).finished_sequence, 2);
}

TEST_P(FilesTest, TrackingIsAChangeOfTheLog) {
  const ExecutionHandle handle = begin("t");
  log_->track_files(handle.task_run_id, kInput, {{"a", 1, 1}});
  finish(handle);
  EXPECT_EQ(find(handle).finished_sequence, 3);
}

TEST_P(FilesTest, ManyThreadsTrackFilesOfOneExecution) {
  const ExecutionHandle handle = begin("t");
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int number = 0; number < 10; ++number) {
        const std::string own = std::to_string(thread) + "." + std::to_string(number);
        log_->track_files(handle.task_run_id, kOutput, {{own, 1, 1}, {"shared", 1, 1}});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(find(handle).end.outputs.size(), 41U);
}

// ---- who made and who read -------------------------------------------------------------------------

TEST_P(FilesTest, NobodyMadeOrReadWhatIsNotThere) {
  EXPECT_FALSE(log_->find_task_by_output(folder_ / "a"));
  EXPECT_THAT(readers(folder_ / "a"), IsEmpty());
  record_input("t", "a");
  EXPECT_FALSE(log_->find_task_by_output(folder_ / "a"));
  record_output("t", "b");
  EXPECT_THAT(readers(folder_ / "b"), IsEmpty());
}

TEST_P(FilesTest, TheProducerIsTheNewestExecutionInWhateverState) {
  record_output("t", "a");
  for (const State state :
       {State::failed, State::timeout, State::cancelled, State::lost, State::success}) {
    const std::string newest = record_output("u", "a", state);
    EXPECT_EQ(producer(folder_ / "a"), newest) << to_string(state);
    EXPECT_EQ(log_->find_task_by_output(folder_ / "a")->state(), state);
  }
  const ExecutionHandle running = begin("v");
  log_->track_files(running.task_run_id, kOutput, {{"a", 1, 1}});
  EXPECT_EQ(producer(folder_ / "a"), running.task_run_id);
}

TEST_P(FilesTest, WhatDidNotRunMadeAndReadNothing) {
  const std::string ran = record_output("t", "a");
  for (const State state : {State::skipped_up_to_date, State::upstream_failed, State::blocked}) {
    log_->record_task_execution(
        {.task_id = "t"}, {.state = state, .inputs = {{"b", 1, 1}}, .outputs = {{"a", 1, 1}}});
  }
  EXPECT_EQ(producer(folder_ / "a"), ran);
  EXPECT_THAT(readers(folder_ / "b"), IsEmpty());
}

TEST_P(FilesTest, EverySpellingOfAPathFindsTheFile) {
  const fs::path root = log_->project_root();
  const std::string id = record_output("t", (root / "data//x/../a.csv").string());
  EXPECT_EQ(run(id).end.outputs.front().path, "data/a.csv");
  fs::create_directory(root / "data");
  const TemporaryFolder outside;
  fs::create_directory_symlink(root, outside / "link");
  const fs::path before = fs::current_path();
  fs::current_path(root / "data");
  EXPECT_EQ(producer("a.csv"), id);
  EXPECT_EQ(producer("../data/./a.csv"), id);
  EXPECT_EQ(producer("data/a.csv"), "") << "relative to the current folder, not to the project";
  fs::current_path(before);
  EXPECT_EQ(producer(root / "data/a.csv"), id);
  EXPECT_EQ(producer(root / "data//a.csv/"), id);
  EXPECT_EQ(producer(outside / "link/data/a.csv"), id);
  EXPECT_EQ(producer(root / run(id).end.outputs.front().path), id);
}

TEST_P(FilesTest, AFileOutsideTheProjectHasItsAbsolutePath) {
  const std::string id = record_output("t", "../outside.csv");
  const fs::path outside = fs::canonical(log_->project_root()).parent_path() / "outside.csv";
  EXPECT_EQ(run(id).end.outputs.front().path, outside.string());
  EXPECT_EQ(producer(outside), id);
}

TEST_P(FilesTest, ReadersComeNewestFirstAndAsManyAsAskedFor) {
  const std::string first = record_input("t", "a");
  const std::string second = record_input("u", "a");
  record_input("u", "b");
  const std::string third = record_input("t", "a");
  EXPECT_THAT(readers(folder_ / "a"), ElementsAre(third, second, first));
  EXPECT_THAT(readers(folder_ / "a", 2), ElementsAre(third, second));
  for (int number = 0; number < 105; ++number) record_input("t", "c");
  EXPECT_EQ(readers(folder_ / "c").size(), 100U);
  EXPECT_EQ(readers(folder_ / "c", 0).size(), 105U);
}

TEST_P(FilesTest, UsesAreAskedForByTheOrderOfStartsAndEnds) {
  record_output("t", "a");                                         // 1, 2
  const ExecutionHandle slow = begin("slow");                      // 3
  log_->track_files(slow.task_run_id, kOutput, {{"a", 1, 1}});     // 4
  record_output("t", "a");                                         // 5, 6
  finish(slow);                                                    // 7
  const ExecutionHandle running = begin("t");                      // 8
  log_->track_files(running.task_run_id, kOutput, {{"a", 1, 1}});  // 9
  EXPECT_THAT(uses({.path = "a"}), ElementsAre(8, 5, 3, 1));
  EXPECT_THAT(uses({.path = "a", .oldest_first = true}), ElementsAre(1, 3, 5, 8));
  EXPECT_THAT(uses({.path = "a", .limit = 2}), ElementsAre(8, 5));
  EXPECT_THAT(uses({.path = "a", .oldest_first = true, .limit = 1}), ElementsAre(1));
  EXPECT_THAT(uses({.path = "a", .after_sequence = 1, .before_sequence = 8}), ElementsAre(5, 3));
  EXPECT_THAT(uses({.path = "a", .after_sequence = 5, .before_sequence = 5}), IsEmpty());
  EXPECT_THAT(uses({.path = "a", .after_sequence = 8, .before_sequence = 1}), IsEmpty());
  EXPECT_THAT(uses({.path = "a", .ended_before_sequence = 7}), ElementsAre(5, 1));
  EXPECT_THAT(uses({.path = "a", .ended_before_sequence = 100}), ElementsAre(5, 3, 1));
  EXPECT_THAT(uses({.path = "a", .direction = kInput}), IsEmpty());
  const std::vector<FileUse> found = log_->find_file_uses({.path = "a", .limit = 2});
  EXPECT_EQ(found[0].task_run_id, running.task_run_id);
  EXPECT_EQ(found[0].finished_sequence, 0);
  EXPECT_EQ(found[1].finished_sequence, 6);
  EXPECT_EQ(found[1].stamp, (FileStamp{"a", 1, 1}));
}

TEST_P(FilesTest, HostilePathsAreTrackedAndFound) {
  for (const std::string& name : {"it's \"quoted\" `a` \\"s, "'; DROP TABLE execution_file; --"s,
                                  "line\nline\r\t"s, "no utf-8 \xFF\xFE"s, "-rf"s, "~"s,
                                  "%s {} :path ?1"s, " "s, "..."s, std::string(255, 'x')}) {
    const ExecutionHandle handle = begin("t");
    log_->track_output_files(handle.task_run_id, {write(name)});
    log_->track_input_files(handle.task_run_id, {folder_ / name});
    EXPECT_EQ(find(handle).end.outputs.front().path, name);
    EXPECT_EQ(producer(folder_ / name), handle.task_run_id) << name;
    EXPECT_THAT(readers(folder_ / name), ElementsAre(handle.task_run_id)) << name;
    finish(handle);
  }
}

TEST_P(FilesTest, PathsThatNoFileHasAreFoundTooOrRefusedByName) {
  const std::string with_nul = "a\0b"s;
  const std::string with_another = "a\0c"s;
  const std::string too_long(4096, 'x');
  const std::string id = record_output("t", with_nul);
  EXPECT_EQ(producer(folder_ / with_nul), id);
  EXPECT_EQ(producer(folder_ / with_another), "");
  EXPECT_EQ(producer(folder_ / "a"), "");
  EXPECT_EQ(producer(folder_ / record_output("t", too_long).substr(0, 1)), "");
  EXPECT_NE(producer(folder_ / too_long), "");
  for (const std::string& name : {with_nul, too_long, std::string("folder/")}) {
    fs::create_directory(folder_ / "folder");
    EXPECT_NE(error_of([&] { log_->track_input_files(id, {folder_ / name}); }), "no error");
  }
  EXPECT_NE(error_of([&] { log_->find_task_by_output(""); }), "no error");
  EXPECT_THAT(run(id).end.inputs, IsEmpty());
}

TEST_P(FilesTest, AnExecutionMayHaveManyFiles) {
  std::vector<FileStamp> files;
  for (int number = 0; number < 5'000; ++number)
    files.push_back({"part/" + std::to_string(number), 1, 1});
  const ExecutionHandle handle = begin("t");
  log_->track_files(handle.task_run_id, kOutput, files);
  log_->track_files(handle.task_run_id, kOutput, files);
  ASSERT_TRUE(log_->finish_execution(handle, {.inputs = files, .outputs = files}));
  EXPECT_EQ(find(handle).end.outputs, files);
  EXPECT_EQ(find(handle).end.inputs, files);
  EXPECT_EQ(producer(folder_ / "part/4999"), handle.task_run_id);
}

}  // namespace
}  // namespace rota
