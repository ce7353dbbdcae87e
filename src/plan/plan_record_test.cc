// SPDX-License-Identifier: Apache-2.0
// Plans as the text that a log keeps.
#include "graph/test_tasks.h"
#include <rota/error.h>
#include <rota/plan.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_tasks::error_of;
using testing_tasks::make_task;
using testing_tasks::make_task_of_code;

Graph pipeline(const std::string& version = "1.0.0", const std::string& code = "build-id:1",
               std::vector<std::string> report_needs = {"t_clean"}) {
  return Graph({make_task_of_code({.task_id = "t_import"}, code),
                make_task_of_code(
                    {.task_id = "t_clean", .version = version, .dependencies = {"t_import"}}, code),
                make_task("t_report", std::move(report_needs))});
}

TEST(PlanRecord, GivesBackWhatThePlanSays) {
  const auto log = open_memory_log();
  const Plan plan = make_plan(
      pipeline(), *log,
      {.arguments = {{"t_clean", {{"ratio", 0.5}, {"name", "a\"\n\xC3\xA9"}, {"n", 3}}}}});
  const std::vector<RecordedStep> steps = read_plan_record(plan.to_record());
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[1].task_id, "t_clean");
  EXPECT_EQ(steps[1].version, "1.0.0");
  EXPECT_EQ(steps[1].fingerprint, "build-id:1");
  EXPECT_EQ(steps[1].kind, ReasonKind::never_ran);
  EXPECT_EQ(steps[1].reason, "never ran");
  EXPECT_EQ(steps[1].arguments, plan.steps[1].arguments);
  EXPECT_THAT(steps[1].dependencies, ElementsAre("t_import"));
  EXPECT_EQ(steps[2].fingerprint, "");
}

TEST(PlanRecord, IsTheTextThatIsDocumented) {
  const auto log = open_memory_log();
  EXPECT_EQ(make_plan(pipeline(), *log).to_record(),
            "{\"format\":1,\"fingerprints\":[\"build-id:1\",\"\"],\"steps\":[\n"
            "[\"t_import\",\"1.0.0\",0,\"never_ran\",\"never ran\",{},[]],\n"
            "[\"t_clean\",\"1.0.0\",0,\"never_ran\",\"never ran\",{},[0]],\n"
            "[\"t_report\",\"1.0.0\",1,\"never_ran\",\"never ran\",{},[1]]\n"
            "]}\n");
}

TEST(PlanRecord, NamesADependencyOutsideThePlan) {
  const auto log = open_memory_log();
  log->record_task_execution({.task_id = "t_import", .version = "1.0.0"}, {});
  const Plan part = make_plan(pipeline(), *log, {.only = {{"t_clean", "t_report"}}});
  const std::vector<RecordedStep> steps = read_plan_record(part.to_record());
  EXPECT_THAT(steps.at(0).dependencies, ElementsAre("t_import"));
  EXPECT_THAT(steps.at(1).dependencies, ElementsAre("t_clean"));
}

TEST(PlanRecord, TheHashIsThatOfThePlanAndOfNothingElse) {
  const auto log = open_memory_log();
  const auto hash = [&](Graph graph, const PlanOptions& options = {}) {
    return make_plan(std::move(graph), *log, options).hash();
  };
  const std::string first = hash(pipeline());
  EXPECT_THAT(first, StartsWith("sha256:"));
  EXPECT_EQ(first.size(), 71U);
  EXPECT_EQ(hash(pipeline()), first);
  EXPECT_NE(hash(pipeline("1.0.1")), first) << "version";
  EXPECT_NE(hash(pipeline("1.0.0", "build-id:2")), first) << "code";
  EXPECT_NE(hash(pipeline("1.0.0", "build-id:1", {"t_import"})), first) << "edges";
  EXPECT_NE(hash(pipeline(), {.force = true}), first) << "decisions";
  EXPECT_NE(hash(pipeline(), {.arguments = {{"t_clean", {{"n", 1}}}}}), first) << "arguments";
}

TEST(PlanRecord, WhenATaskBecameUpToDateMakesNoOtherPlan) {
  const auto hash = [](std::int64_t) {
    const auto log = open_memory_log();
    log->record_task_execution({.task_id = "t_a", .version = "1.0.0"}, {});
    Plan plan = make_plan(Graph({make_task("t_a")}), *log);
    plan.steps[0].reason += " another time";
    return plan.hash();
  };
  EXPECT_EQ(hash(0), hash(1));
}

TEST(PlanRecord, WhatIsNoRecordIsRefused) {
  for (const char* text :
       {"", "{", "{}", "[]", R"({"format":2,"fingerprints":[],"steps":[]})",
        R"({"format":1,"fingerprints":[],"steps":[["t","1",0,"failed","",{},[]]]})",
        R"({"format":1,"fingerprints":[""],"steps":[["t","1",0,"odd","",{},[]]]})",
        R"({"format":1,"fingerprints":[""],"steps":[["t","1",0,"failed","",{},[0]]]})"}) {
    EXPECT_THAT(error_of<PlanError>([&] { read_plan_record(text); }),
                StartsWith("a plan that was kept cannot be read: "))
        << text;
  }
}

TEST(PlanRecord, ARunThatRunsSomethingIsKeptWithItsPlanAndOtherwiseLeavesNoTrace) {
  const auto log = open_memory_log();
  const Plan plan = make_plan(pipeline(), *log);
  begin_run(*log, plan, "run-1");
  ASSERT_EQ(log->get_run_history(0).size(), 1U);
  EXPECT_EQ(log->find_run("run-1")->start.plan_hash, plan.hash());
  EXPECT_EQ(log->find_plan(plan.hash()), plan.to_record());
  for (const PlanStep& step : plan.steps)
    log->record_task_execution({.task_id = plan.graph.task_id(step.task), .version = "1.0.0"}, {});
  begin_run(*log, make_plan(pipeline(), *log), "run-2");
  EXPECT_EQ(log->get_run_history(0).size(), 1U);
}

}  // namespace
}  // namespace rota
