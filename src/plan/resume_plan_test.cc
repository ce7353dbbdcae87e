// SPDX-License-Identifier: Apache-2.0
// What is left of the plan of a run.
#include "graph/test_tasks.h"
#include <rota/error.h>
#include <rota/plan.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_tasks::error_of;
using testing_tasks::make_task;

class ResumeTest : public ::testing::Test {
 protected:
  ResumeTest() { register_pipeline(*registry_); }

  static void register_pipeline(TaskRegistry& registry,
                                std::vector<std::string> report_needs = {"t_clean"},
                                const std::string& parameter = "threads") {
    registry.register_task_class("t_import", make_task("t_import"));
    registry.register_task_class(
        "t_clean",
        make_task({.task_id = "t_clean",
                   .dependencies = {"t_import"},
                   .parameters = {
                       {.name = parameter, .type = ParameterType::integer, .default_value = 2}}}));
    registry.register_task_class("t_report", make_task("t_report", std::move(report_needs)));
    registry.register_task_class("t_other", make_task("t_other"));
  }

  RecordedRun begin(const Plan& plan, const std::string& run_id = "run-1") {
    begin_run(*log_, plan, run_id);
    return log_->find_run(run_id).value();
  }
  void end(const Plan& plan, const std::string& task_id,
           ExecutionState state = ExecutionState::success) {
    const PlanStep& step = plan.steps[plan.graph.find(task_id).value()];
    log_->record_task_execution({.task_id = task_id,
                                 .version = "1.0.0",
                                 .arguments = step.arguments.to_json(),
                                 .reason = step.reason},
                                {.state = state});
  }
  Plan plan(const PlanOptions& options = {}, const std::vector<std::string>& ids = {}) {
    return make_plan(build_graph(*registry_, ids), *log_, options);
  }
  static std::vector<std::string> to_run(const Plan& plan) {
    std::vector<std::string> ids;
    for (const PlanStep& step : plan.steps) {
      if (step.will_run()) ids.push_back(plan.graph.task_id(step.task));
    }
    return ids;
  }

  std::unique_ptr<TaskRegistry> registry_ = std::make_unique<TaskRegistry>();
  std::unique_ptr<ExecutionLog> log_ = open_memory_log();
};

TEST_F(ResumeTest, GoesOnWithWhatIsLeftWithTheSameTasksAndArguments) {
  const Plan first = plan({.arguments = {{"t_clean", {{"threads", 7}}}}}, {"t_report"});
  const RecordedRun run = begin(first);
  end(first, "t_import");
  end(first, "t_clean", ExecutionState::failed);
  const Plan rest = resume_plan(*registry_, *log_, run);
  EXPECT_THAT(to_run(rest), ElementsAre("t_clean", "t_report"));
  EXPECT_EQ(rest.steps.size(), 3U) << "t_other was not in the plan";
  EXPECT_EQ(rest.steps[rest.graph.find("t_clean").value()].arguments, (Arguments{{"threads", 7}}));
  EXPECT_EQ(rest.resumes, "run-1");
  EXPECT_EQ(begin(rest, "run-2").start.resumes, "run-1");
}

TEST_F(ResumeTest, WhatWasForcedAndHasNotRunYetIsForcedAgain) {
  const Plan before = plan();
  for (const PlanStep& step : before.steps) end(before, before.graph.task_id(step.task));
  const Plan forced = plan({.force = true});
  const RecordedRun run = begin(forced);
  end(forced, "t_import");
  end(forced, "t_clean");
  const Plan rest = resume_plan(*registry_, *log_, run);
  EXPECT_THAT(to_run(rest), ElementsAre("t_other", "t_report"));
  end(rest, "t_report");
  end(rest, "t_other");
  EXPECT_EQ(resume_plan(*registry_, *log_, run).count_to_run(), 0U);
}

TEST_F(ResumeTest, AResumedRunCanBeResumedItself) {
  const Plan first = plan({.force = true});
  const RecordedRun run = begin(first);
  end(first, "t_import");
  const Plan second = resume_plan(*registry_, *log_, run);
  const RecordedRun second_run = begin(second, "run-2");
  end(second, "t_other");
  EXPECT_THAT(to_run(resume_plan(*registry_, *log_, second_run)),
              ElementsAre("t_clean", "t_report"));
}

TEST_F(ResumeTest, APlanOfChosenTasksIsResumedAsThat) {
  const Plan all = plan();
  for (const PlanStep& step : all.steps) end(all, all.graph.task_id(step.task));
  const Plan chosen = plan({.force = true, .only = {{"t_report"}}});
  EXPECT_THAT(to_run(resume_plan(*registry_, *log_, begin(chosen))), ElementsAre("t_report"));
}

TEST_F(ResumeTest, AGraphThatHasChangedIsRefusedWithWhatAndWhere) {
  const RecordedRun run = begin(plan());
  const auto error = [&] {
    return error_of<PlanError>([&] { resume_plan(*registry_, *log_, run); });
  };
  registry_ = std::make_unique<TaskRegistry>();
  register_pipeline(*registry_, {"t_import"});
  EXPECT_EQ(error(),
            "run run-1 cannot be resumed: task t_report depends on others now than when it was "
            "planned; `rota run` makes a new plan");
  registry_ = std::make_unique<TaskRegistry>();
  registry_->register_task_class("t_import", make_task("t_import"));
  EXPECT_THAT(error(), HasSubstr("is not there any more (2 tasks more have changed)"));
  registry_ = std::make_unique<TaskRegistry>();
  register_pipeline(*registry_);
  EXPECT_EQ(resume_plan(*registry_, *log_, run).count_to_run(), 4U);
}

TEST_F(ResumeTest, ATaskThatDoesNotTakeItsArgumentsAnyMoreIsNamed) {
  const RecordedRun run = begin(plan());
  registry_ = std::make_unique<TaskRegistry>();
  register_pipeline(*registry_, {"t_clean"}, "workers");
  EXPECT_THAT(error_of<PlanError>([&] { resume_plan(*registry_, *log_, run); }),
              HasSubstr("task t_clean does not take the arguments of its plan any more"));
}

}  // namespace
}  // namespace rota
