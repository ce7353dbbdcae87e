// SPDX-License-Identifier: Apache-2.0
#include "execution_log/memory_log.h"
#include "graph/test_tasks.h"
#include "plan/local_time.h"
#include <rota/error.h>
#include <rota/plan.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using testing_tasks::error_of;
using testing_tasks::make_task;

constexpr const char* kTime = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}";

// A project folder, a log, and t_import <- t_clean <- t_report, each of which reads and writes a
// file.
class PlanTest : public ::testing::Test {
 protected:
  PlanTest() {
    std::string name = (fs::temp_directory_path() / "rota-plan-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    write("raw.csv");
  }
  ~PlanTest() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& content = "content") {
    std::ofstream(root_ / path) << content;
  }

  FileStamp stamp(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat((root_ / path).c_str(), &status), 0) << path;
    return {path, static_cast<std::uint64_t>(status.st_size),
            std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
  }

  static Graph pipeline(std::string version_of_clean = "1.0.0") {
    return Graph({make_task("t_import"),
                  make_task({.task_id = "t_clean",
                             .version = std::move(version_of_clean),
                             .dependencies = {"t_import"},
                             .parameters = {{.name = "threads",
                                             .type = ParameterType::integer,
                                             .default_value = 2}}}),
                  make_task("t_report", {"t_clean"})});
  }

  Plan plan(const PlanOptions& options = {}) { return plan(pipeline(), options); }
  Plan plan(Graph graph, PlanOptions options = {}) {
    options.project_root = root_;
    return make_plan(std::move(graph), *log_, options);
  }

  ExecutionHandle begin(const Plan& plan, const PlanStep& step) {
    const TaskMetadata& metadata = plan.graph.task_class(step.task)->metadata();
    return log_->begin_execution({.task_id = metadata.task_id,
                                  .version = metadata.version,
                                  .arguments = step.arguments.to_json(),
                                  .reason = step.reason});
  }

  // As a run would: each task that is to run reads and writes its files, and succeeds.
  void run(const Plan& plan) {
    const std::map<std::string, std::pair<std::string, std::string>> files = {
        {"t_import", {"raw.csv", "table"}},
        {"t_clean", {"table", "clean"}},
        {"t_report", {"clean", "report"}}};
    for (const PlanStep& step : plan.steps) {
      if (!step.will_run()) continue;
      const auto& [input, output] = files.at(plan.graph.task_id(step.task));
      const ExecutionHandle handle = begin(plan, step);
      write(output, "made by " + handle.task_run_id);
      ASSERT_TRUE(
          log_->finish_execution(handle, {.inputs = {stamp(input)}, .outputs = {stamp(output)}}));
    }
  }

  void end_newest(const std::string& task_id, ExecutionState state) {
    log_->record_task_execution({.task_id = task_id, .version = "1.0.0"},
                                {.state = state, .message = "as told"});
  }

  // "t_import: reason" for each step, in order; moments become T.
  static std::vector<std::string> reasons(const Plan& plan) {
    std::vector<std::string> result;
    for (const PlanStep& step : plan.steps) {
      result.push_back(plan.graph.task_id(step.task) + ": " +
                       std::regex_replace(step.reason, std::regex(kTime), "T"));
    }
    return result;
  }

  bool owner_is_dead_ = false;
  std::unique_ptr<ExecutionLog> log_ = std::make_unique<MemoryLog>(
      Owners{.is_dead = [this](const Owner&) { return owner_is_dead_; }});
  fs::path root_;
};

TEST_F(PlanTest, TasksThatNeverRanWillRun) {
  const Plan first = plan();
  EXPECT_THAT(reasons(first),
              ElementsAre("t_import: never ran", "t_clean: never ran", "t_report: never ran"));
  EXPECT_EQ(first.count_to_run(), 3U);
  EXPECT_EQ(first.steps[1].kind, ReasonKind::never_ran);
}

TEST_F(PlanTest, AfterARunAllIsUpToDateSinceItEnded) {
  run(plan());
  const Plan second = plan();
  EXPECT_THAT(reasons(second),
              ElementsAre("t_import: up to date since T", "t_clean: up to date since T",
                          "t_report: up to date since T"));
  EXPECT_EQ(second.count_to_run(), 0U);
  const auto finished = log_->find_latest_execution("t_clean", true)->finished_at.value();
  EXPECT_EQ(second.steps[1].reason, "up to date since " + local_time_text(finished));
}

TEST_F(PlanTest, ExecutionsThatDidNotReallyRunDoNotCount) {
  end_newest("t_import", ExecutionState::blocked);
  EXPECT_EQ(plan().steps[0].reason, "never ran");
  run(plan());
  end_newest("t_import", ExecutionState::upstream_failed);
  end_newest("t_clean", ExecutionState::skipped_up_to_date);
  EXPECT_EQ(plan().count_to_run(), 0U);
}

TEST_F(PlanTest, ForcedRunsEverything) {
  run(plan());
  const Plan forced = plan({.force = true});
  EXPECT_THAT(reasons(forced),
              ElementsAre("t_import: forced", "t_clean: forced", "t_report: forced"));
  EXPECT_EQ(forced.steps[1].arguments, (Arguments{{"threads", 2}}));
}

TEST_F(PlanTest, ANewestExecutionThatIsNoSuccessIsNamedWithItsTime) {
  for (const auto& [state, text] : {std::pair(ExecutionState::failed, "failed at T"),
                                    {ExecutionState::timeout, "timeout at T"},
                                    {ExecutionState::cancelled, "cancelled at T"},
                                    {ExecutionState::lost, "lost at T"}}) {
    run(plan({.force = true}));
    end_newest("t_clean", state);
    const Plan next = plan();
    EXPECT_THAT(reasons(next),
                ElementsAre("t_import: up to date since T", std::string("t_clean: ") + text,
                            "t_report: dependency t_clean ran later"));
    EXPECT_EQ(next.steps[1].kind, ReasonKind::failed);
  }
}

TEST_F(PlanTest, AFailureWithoutAnySuccessBeforeIsAFailure) {
  end_newest("t_import", ExecutionState::failed);
  EXPECT_EQ(reasons(plan())[0], "t_import: failed at T");
}

TEST_F(PlanTest, ASuccessAfterAFailureCounts) {
  end_newest("t_import", ExecutionState::failed);
  run(plan());
  EXPECT_EQ(plan().count_to_run(), 0U);
}

TEST_F(PlanTest, ATaskThatRunsElsewhereIsNamedSoAndStillPlanned) {
  run(plan());
  const Plan before = plan({.force = true});
  begin(before, before.steps[1]);
  const Plan during = plan();
  EXPECT_EQ(reasons(during)[1], "t_clean: running since T");
  EXPECT_TRUE(during.steps[1].will_run());
}

TEST_F(PlanTest, ATaskWhoseOwnerDiedUnnoticedIsLost) {
  const Plan before = plan();
  begin(before, before.steps[0]);
  owner_is_dead_ = true;
  EXPECT_EQ(reasons(plan())[0], "t_import: lost, running since T");
  log_->mark_lost_executions();
  EXPECT_EQ(reasons(plan())[0], "t_import: lost at T");
}

TEST_F(PlanTest, AnotherVersionRunsTheTaskAndWhatFollows) {
  run(plan());
  const Plan next = plan(pipeline("1.0.1"));
  EXPECT_THAT(reasons(next),
              ElementsAre("t_import: up to date since T", "t_clean: version 1.0.0 -> 1.0.1",
                          "t_report: dependency t_clean ran later"));
  EXPECT_EQ(next.steps[1].kind, ReasonKind::version_changed);
  EXPECT_EQ(next.steps[2].kind, ReasonKind::dependency_ran_later);
  run(next);
  EXPECT_EQ(plan(pipeline("1.0.1")).count_to_run(), 0U);
}

TEST_F(PlanTest, AnotherArgumentRunsTheTask) {
  run(plan());
  const PlanOptions options{.arguments = {{"t_clean", {{"threads", 3}}}}};
  EXPECT_EQ(reasons(plan(options))[1], "t_clean: argument threads changed");
  EXPECT_EQ(plan(options).steps[1].kind, ReasonKind::argument_changed);
  run(plan(options));
  EXPECT_EQ(plan(options).count_to_run(), 0U);
  EXPECT_EQ(reasons(plan())[1], "t_clean: argument threads changed") << "back at the default";
}

TEST_F(PlanTest, TheDefaultGivenByHandIsNoChange) {
  run(plan());
  EXPECT_EQ(plan({.arguments = {{"t_clean", {{"threads", 2}}}}}).count_to_run(), 0U);
}

TEST_F(PlanTest, AnInputThatChangedOrIsGoneRunsTheTask) {
  run(plan());
  write("raw.csv", "longer content");
  EXPECT_THAT(reasons(plan()), ElementsAre("t_import: input raw.csv changed",
                                           "t_clean: dependency t_import ran later",
                                           "t_report: dependency t_clean ran later"));
  EXPECT_EQ(plan().steps[0].kind, ReasonKind::input_changed);
  fs::remove(root_ / "raw.csv");
  EXPECT_EQ(reasons(plan())[0], "t_import: input raw.csv is gone");
}

TEST_F(PlanTest, TheSameSizeWithAnotherTimeIsAChange) {
  run(plan());
  const timespec times[2] = {{1'000'000'000, 0}, {1'000'000'000, 1}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (root_ / "raw.csv").c_str(), times, 0), 0);
  EXPECT_EQ(reasons(plan())[0], "t_import: input raw.csv changed");
}

TEST_F(PlanTest, AnOutputThatChangedOrIsGoneRunsItsTaskAndTheRestFollowsTheDependency) {
  run(plan());
  write("clean", "by hand");
  EXPECT_THAT(reasons(plan()),
              ElementsAre("t_import: up to date since T", "t_clean: output clean changed",
                          "t_report: dependency t_clean ran later"));
  fs::remove(root_ / "clean");
  EXPECT_THAT(reasons(plan()),
              ElementsAre("t_import: up to date since T", "t_clean: output clean is gone",
                          "t_report: dependency t_clean ran later"));
  EXPECT_EQ(plan().steps[1].kind, ReasonKind::output_changed);
}

TEST_F(PlanTest, AnInputFromFurtherUpstreamAlsoCountsThroughTheDependency) {
  run(plan());
  const ExecutionHandle handle = log_->begin_execution({.task_id = "t_report", .version = "1.0.0"});
  ASSERT_TRUE(log_->finish_execution(handle, {.inputs = {stamp("table"), stamp("clean")}}));
  fs::remove(root_ / "table");
  EXPECT_THAT(reasons(plan()), ElementsAre("t_import: output table is gone",
                                           "t_clean: dependency t_import ran later",
                                           "t_report: dependency t_clean ran later"));
}

TEST_F(PlanTest, AnInputOfItsOwnIsABetterReasonThanADependency) {
  run(plan());
  write("extra");
  const ExecutionHandle handle = log_->begin_execution({.task_id = "t_report", .version = "1.0.0"});
  ASSERT_TRUE(log_->finish_execution(handle, {.inputs = {stamp("extra"), stamp("clean")}}));
  fs::remove(root_ / "clean");
  write("extra", "more of it");
  EXPECT_EQ(reasons(plan())[2], "t_report: input extra changed");
}

TEST_F(PlanTest, AnInputMadeByATaskThatIsNoDependencyCountsByItself) {
  write("shared");
  const ExecutionHandle maker = log_->begin_execution({.task_id = "t_a", .version = "1.0.0"});
  ASSERT_TRUE(log_->finish_execution(maker, {.outputs = {stamp("shared")}}));
  const ExecutionHandle reader = log_->begin_execution({.task_id = "t_b", .version = "1.0.0"});
  ASSERT_TRUE(log_->finish_execution(reader, {.inputs = {stamp("shared")}}));
  fs::remove(root_ / "shared");
  EXPECT_THAT(reasons(plan(Graph({make_task("t_a"), make_task("t_b")}))),
              ElementsAre("t_a: output shared is gone", "t_b: input shared is gone"));
}

TEST_F(PlanTest, OfTwoThatRanAtTheSameTimeTheSuccessThatEndedLastCounts) {
  run(plan());
  PlanOptions four_threads;
  four_threads.arguments["t_clean"] = {{"threads", 4}};
  const Plan with_default = plan();
  const Plan with_four = plan(four_threads);
  const ExecutionHandle first = begin(with_default, with_default.steps[1]);
  const ExecutionHandle second = begin(with_four, with_four.steps[1]);
  ASSERT_TRUE(log_->finish_execution(second, {}));
  ASSERT_TRUE(log_->finish_execution(first, {}));
  EXPECT_EQ(reasons(plan())[1], "t_clean: up to date since T");
  EXPECT_EQ(reasons(plan(four_threads))[1], "t_clean: argument threads changed");
}

TEST_F(PlanTest, ADependencyThatRanAloneMakesWhatFollowsRun) {
  run(plan());
  run(make_plan(Graph({make_task("t_import")}), *log_, {.force = true, .project_root = root_}));
  EXPECT_THAT(reasons(plan()),
              ElementsAre("t_import: up to date since T", "t_clean: dependency t_import ran later",
                          "t_report: dependency t_clean ran later"));
  run(plan());
  EXPECT_EQ(plan().count_to_run(), 0U);
}

TEST_F(PlanTest, ADependencyThatEndedWhileTheTaskRanCountsAsLater) {
  run(plan());
  const Plan all = plan({.force = true});
  const ExecutionHandle clean = begin(all, all.steps[1]);
  run(make_plan(Graph({make_task("t_import")}), *log_, {.force = true, .project_root = root_}));
  write("clean");
  ASSERT_TRUE(
      log_->finish_execution(clean, {.inputs = {stamp("table")}, .outputs = {stamp("clean")}}));
  EXPECT_EQ(reasons(plan())[1], "t_clean: dependency t_import ran later");
}

TEST_F(PlanTest, AbsolutePathsAreTakenAsTheyAre) {
  const ExecutionHandle handle = log_->begin_execution({.task_id = "t_a", .version = "1.0.0"});
  FileStamp input = stamp("raw.csv");
  input.path = (root_ / "raw.csv").string();
  ASSERT_TRUE(log_->finish_execution(handle, {.inputs = {input}}));
  EXPECT_EQ(plan(Graph({make_task("t_a")})).count_to_run(), 0U);
  fs::remove(input.path);
  EXPECT_EQ(reasons(plan(Graph({make_task("t_a")})))[0], "t_a: input " + input.path + " is gone");
}

TEST_F(PlanTest, WithoutARootPathsAreBelowTheProjectOfTheProcess) {
  run(plan());
  fs::create_directories(root_ / ".rota");
  fs::create_directories(root_ / "deep" / "down");
  const fs::path before = fs::current_path();
  fs::current_path(root_ / "deep" / "down");
  const Plan inside = make_plan(pipeline(), *log_);
  fs::current_path(before);
  EXPECT_EQ(inside.count_to_run(), 0U);
}

TEST_F(PlanTest, ArgumentsAreCompleteWithTheDeclaredDefaults) {
  EXPECT_EQ(plan().steps[1].arguments, (Arguments{{"threads", 2}}));
  EXPECT_EQ(plan({.arguments = {{"t_clean", {{"threads", 5}}}}}).steps[1].arguments,
            (Arguments{{"threads", 5}}));
  EXPECT_EQ(plan({.arguments = {{"t_import", {{"source", "a.csv"}}}}}).steps[0].arguments,
            (Arguments{{"source", "a.csv"}}))
      << "a class that declares nothing takes what is given";
}

TEST_F(PlanTest, WrongArgumentsOfAllTasksAreOneError) {
  EXPECT_THAT(error_of<ArgumentError>([&] {
                plan({.arguments = {{"t_clean", {{"threads", "two"}}}}});
              }),
              MatchesRegex("task t_clean: [^\n]*threads[^\n]*"));
  const std::string error = error_of<ArgumentError>([&] {
    plan({.arguments = {{"t_clean", {{"threds", 1}, {"threads", "two"}}},
                        {"t_reprot", {{"a", 1}}}}});
  });
  EXPECT_THAT(error, ::testing::StartsWith("the arguments of 2 tasks are wrong:\n"
                                           "  arguments are given for t_reprot, which is not among "
                                           "the planned tasks; did you mean t_report?\n"
                                           "  task t_clean: "));
  EXPECT_THAT(error, HasSubstr("threds"));
  EXPECT_THAT(error, HasSubstr("two"));
}

TEST_F(PlanTest, AMissingRequiredArgumentIsAnError) {
  const Parameter source{.name = "source", .type = ParameterType::text, .required = true};
  const auto graph = [&] { return Graph({make_task({.task_id = "t_a", .parameters = {source}})}); };
  EXPECT_THAT(error_of<ArgumentError>([&] { plan(graph()); }),
              HasSubstr("task t_a: argument source"));
  EXPECT_EQ(plan(graph(), {.arguments = {{"t_a", {{"source", "x"}}}}}).steps[0].arguments,
            (Arguments{{"source", "x"}}));
}

// What a run stores: the hash too.
class PlanByContentTest : public PlanTest {
 protected:
  void run_one(const std::string& input, const std::string& output) {
    const ExecutionHandle handle = log_->begin_execution({.task_id = "t_a", .version = "1.0.0"});
    write(output, "made");
    FileStamp read = stamp(input);
    FileStamp made = stamp(output);
    read.content_hash = log_->stamp_file(root_ / input).content_hash;
    made.content_hash = log_->stamp_file(root_ / output).content_hash;
    ASSERT_TRUE(log_->finish_execution(handle, {.inputs = {read}, .outputs = {made}}));
  }
  // Into the past, to which no clock of a file system is coarse.
  void touch(const std::string& path, std::int64_t seconds) {
    const timespec times[2] = {{seconds, 0}, {seconds, 1}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (root_ / path).c_str(), times, 0), 0);
  }
  std::string reason() { return reasons(plan(Graph({make_task("t_a")})))[0]; }
};

TEST_F(PlanByContentTest, AFileThatIsOnlyTouchedMakesNothingStale) {
  run_one("raw.csv", "table");
  touch("raw.csv", 1'000'000'000);
  touch("table", 1'000'000'001);
  EXPECT_EQ(reason(), "t_a: up to date since T");
}

TEST_F(PlanByContentTest, AFileThatIsWrittenAnewWithTheSameContentMakesNothingStale) {
  run_one("raw.csv", "table");
  fs::remove(root_ / "raw.csv");
  write("raw.csv");
  touch("raw.csv", 1'000'000'000);
  EXPECT_EQ(reason(), "t_a: up to date since T");
}

TEST_F(PlanByContentTest, AnotherContentOfTheSameSizeIsAChange) {
  run_one("raw.csv", "table");
  write("raw.csv", "CONTENT");
  touch("raw.csv", 1'000'000'000);
  EXPECT_EQ(reason(), "t_a: input raw.csv changed");
  write("raw.csv");
  write("table", "MADE");
  touch("table", 1'000'000'000);
  EXPECT_EQ(reason(), "t_a: output table changed");
}

TEST_F(PlanByContentTest, AFolderInThePlaceOfTheFileIsAChange) {
  run_one("raw.csv", "table");
  fs::remove(root_ / "raw.csv");
  fs::create_directory(root_ / "raw.csv");
  EXPECT_EQ(reason(), "t_a: input raw.csv changed");
}

TEST_F(PlanTest, AnotherBuildOfTheCodeRunsTheTask) {
  const auto with_code = [&](const std::string& fingerprint) {
    return plan(Graph({testing_tasks::make_task_of_code({.task_id = "t_a"}, fingerprint)}));
  };
  log_->record_task_execution({.task_id = "t_a", .version = "1.0.0", .fingerprint = "build-id:1"},
                              {});
  EXPECT_EQ(with_code("build-id:1").count_to_run(), 0U);
  EXPECT_EQ(reasons(with_code("build-id:2"))[0], "t_a: code changed");
  EXPECT_EQ(with_code("build-id:2").steps[0].kind, ReasonKind::code_changed);
  EXPECT_EQ(with_code("").count_to_run(), 0U) << "unknown code is not called changed";
  log_->record_task_execution({.task_id = "t_a", .version = "1.0.0"}, {});
  EXPECT_EQ(with_code("build-id:2").count_to_run(), 0U) << "nor is what an old log knows of";
}

TEST_F(PlanTest, OnlyTheTasksNamedArePlannedAndTheOthersCountAsTheyAre) {
  run(plan());
  write("raw.csv", "longer content");
  PlanOptions options;
  options.only = {"t_report", "t_clean"};
  const Plan part = plan(options);
  EXPECT_THAT(reasons(part),
              ElementsAre("t_clean: up to date since T", "t_report: up to date since T"));
  EXPECT_EQ(part.graph.size(), 2U);
  EXPECT_THAT(part.graph.dependencies(0), ElementsAre());
  EXPECT_THAT(part.graph.dependencies(1), ElementsAre(0));
  options.force = true;
  EXPECT_THAT(reasons(plan(options)), ElementsAre("t_clean: forced", "t_report: forced"));
  options.only.emplace();
  EXPECT_EQ(plan(options).steps.size(), 0U);
}

TEST_F(PlanTest, WhatIsNotNamedAndNeverSucceededIsAnErrorThatNamesIt) {
  PlanOptions options;
  options.only = {"t_report"};
  for (const bool force : {false, true}) {
    options.force = force;
    EXPECT_EQ(
        error_of<PlanError>([&] { plan(options); }),
        "t_report needs t_clean, which has never succeeded and is not among the tasks to run; "
        "select it too, as with +t_report");
  }
  options.only = {"t_reprot"};
  EXPECT_EQ(error_of<PlanError>([&] { plan(options); }),
            "task t_reprot is not in the graph of the plan");
}

TEST_F(PlanTest, ATaskThatIsForcedRunsAlsoWhereItIsUpToDate) {
  run(plan());
  PlanOptions options;
  options.forced = {"t_clean"};
  EXPECT_THAT(reasons(plan(options)), ElementsAre("t_import: up to date since T", "t_clean: forced",
                                                  "t_report: dependency t_clean ran later"));
}

TEST(LocalTime, IsInTheZoneOfTheProcess) {
  const char* before = std::getenv("TZ");
  const std::string saved = before == nullptr ? "" : before;
  const TimePoint time{std::chrono::microseconds(1'795'442'709'999'999)};
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  EXPECT_EQ(local_time_text(time), "2026-11-23 14:05:09");
  ::setenv("TZ", "XYZ-05:30", 1);
  ::tzset();
  EXPECT_EQ(local_time_text(time), "2026-11-23 19:35:09");
  EXPECT_EQ(local_time_text(TimePoint{std::chrono::microseconds(-1)}), "1970-01-01 05:29:59");
  before == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", saved.c_str(), 1);
  ::tzset();
}

}  // namespace
}  // namespace rota
