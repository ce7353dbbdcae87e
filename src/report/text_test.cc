// SPDX-License-Identifier: Apache-2.0
#include "report/text.h"

#include "os/text.h"
#include "report/approved.h"
#include "report/test_data.h"

#include <cstdlib>
#include <ctime>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using namespace testing_report;
using ::testing::HasSubstr;

class TextTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

TEST_F(TextTest, ListOfTasks) { expect_approved("tasks.txt", tasks_to_text(tasks_by_id())); }
TEST_F(TextTest, OneTask) { expect_approved("task.txt", task_to_text(tasks()[1])); }
TEST_F(TextTest, OneTaskThatDeclaresLittle) {
  expect_approved("task_defaults.txt", task_to_text({.task_id = "t_a"}));
}
TEST_F(TextTest, PlanWithReasonsAndASum) { expect_approved("plan.txt", plan_to_text(plan())); }
TEST_F(TextTest, HistoryOfExecutions) {
  expect_approved("history.txt", history_to_text(executions()));
}
TEST_F(TextTest, OneExecution) {
  expect_approved("execution.txt", execution_to_text(executions()[1]));
}
TEST_F(TextTest, OneExecutionThatRuns) {
  expect_approved("execution_running.txt", execution_to_text(executions()[0]));
}
TEST_F(TextTest, SummaryOfARunThatFailed) {
  expect_approved("summary.txt", summary_to_text(summary(), plan()));
}

TEST_F(TextTest, NothingIsSaidToBeNothing) {
  EXPECT_EQ(tasks_to_text({}), "no tasks\n");
  EXPECT_EQ(history_to_text({}), "no executions\n");
  EXPECT_EQ(plan_to_text({Graph({}), {}}), "0 tasks: 0 to run, 0 up to date\n");
  EXPECT_EQ(summary_to_text({}, {Graph({}), {}}), "0 tasks: nothing to do in 0 us\n");
}

TEST_F(TextTest, SumOfAPlanIsItsLastLine) {
  EXPECT_EQ(plan_summary(plan()), "4 tasks: 3 to run, 1 up to date");
  EXPECT_THAT(plan_to_text(plan()), ::testing::EndsWith("\n" + plan_summary(plan()) + "\n"));
  const Plan one{Graph({testing_tasks::make_task("t_a")}),
                 {{0, ReasonKind::never_ran, "never ran", {}}}};
  EXPECT_EQ(plan_to_text(one), "run  t_a  never ran\n1 task: 1 to run, 0 up to date\n");
}

TEST_F(TextTest, SummaryOfASuccessfulRunIsOneLine) {
  RunSummary good{.outcomes = {{.task = 0, .state = ExecutionState::success},
                               {.task = 1, .state = ExecutionState::success},
                               {.task = 2, .state = ExecutionState::skipped_up_to_date}},
                  .duration = std::chrono::seconds(12)};
  EXPECT_EQ(summary_to_text(good, plan()), "3 tasks: 2 succeeded, 1 up to date in 12.0 s\n");
}

TEST_F(TextTest, SummaryTellsThatTheLogCouldNotBeWritten) {
  const RunSummary bad{.outcomes = {{.task = 0}}, .log_failed = true};
  EXPECT_EQ(
      summary_to_text(bad, plan()),
      "the run was ended because the log could not be written\n1 task: 1 not started in 0 us\n");
}

TEST_F(TextTest, CheckNamesEachDependencyWithoutASuccess) {
  const TaskMetadata task{.task_id = "t_1P_profiling",
                          .dependencies = {"t_1I_import", "t_1C_clean", "t_0"}};
  EXPECT_EQ(check_to_text({.task_id = "t_a"}, {}), "t_a depends on nothing\n");
  EXPECT_EQ(check_to_text(task, {}),
            "t_1P_profiling is ready: each of its dependencies (t_1I_import, t_1C_clean, t_0) has "
            "a successful "
            "execution\n");
  EXPECT_EQ(
      check_to_text(task, {{"t_1I_import", std::nullopt},
                           {"t_1C_clean", executions()[1]},
                           {"t_0", executions()[0]}}),
      "t_1P_profiling is not ready: 3 of its 3 dependencies without a successful execution\n"
      "  t_1I_import  never ran\n"
      "  t_1C_clean   failed at 2026-11-23 14:06:11: column \\x1b[31mdep_time\\n is \\xff missing\n"
      "  t_0          running since 2026-11-23 14:06:12\n");
}

TEST_F(TextTest, NoValueReachesTheTerminalWithControlCharacters) {
  std::string all = tasks_to_text(tasks_by_id()) + plan_to_text(plan()) +
                    history_to_text(executions()) + summary_to_text(summary(), plan()) +
                    execution_to_text(executions()[1]);
  for (const TaskMetadata& task : tasks()) all += task_to_text(task);
  EXPECT_TRUE(is_utf8(all));
  for (const char c : all)
    ASSERT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << static_cast<int>(c);
  EXPECT_THAT(all, ::testing::Not(HasSubstr("\nt_forged")));
  EXPECT_THAT(all, ::testing::Not(HasSubstr(" \n"))) << "blanks at the end of a line";
}

}  // namespace
}  // namespace rota
