// SPDX-License-Identifier: Apache-2.0
#include "report/json.h"

#include "os/text.h"
#include "report/approved.h"
#include "report/test_data.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rota {
namespace {

using namespace testing_report;
using Parsed = nlohmann::json;

// What is approved is also what a parser reads.
void expect_approved_json(const std::string& name, const std::string& text) {
  EXPECT_TRUE(Parsed::accept(text)) << text;
  EXPECT_TRUE(is_utf8(text));
  EXPECT_TRUE(text.ends_with("\n") && !text.ends_with("\n\n"));
  expect_approved(name, text);
}

TEST(Json, OneTask) { expect_approved_json("task.json", task_to_json(tasks()[1])); }
TEST(Json, ListOfTasks) { expect_approved_json("tasks.json", tasks_to_json(tasks_by_id())); }
TEST(Json, PlanWithReasons) { expect_approved_json("plan.json", plan_to_json(plan())); }
TEST(Json, OneExecution) {
  expect_approved_json("execution.json", execution_to_json(executions()[1]));
}
TEST(Json, HistoryOfExecutions) {
  expect_approved_json("history.json", history_to_json(executions()));
}
TEST(Json, SummaryOfARun) {
  expect_approved_json("summary.json", summary_to_json(summary(), plan()));
}
TEST(Json, CheckOfDependencies) {
  expect_approved_json("check.json", check_to_json(tasks()[2], {{"t_1I_import", std::nullopt},
                                                                {"t_1C_clean", executions()[1]}}));
}

TEST(Json, EmptyListsAreLists) {
  EXPECT_EQ(Parsed::parse(tasks_to_json({})), Parsed::array());
  EXPECT_EQ(Parsed::parse(history_to_json({})), Parsed::array());
  EXPECT_EQ(Parsed::parse(plan_to_json({Graph({}), {}}))["steps"], Parsed::array());
  EXPECT_EQ(Parsed::parse(check_to_json({.task_id = "t_a"}, {})),
            (Parsed{{"task_id", "t_a"}, {"satisfied", true}, {"unsatisfied", Parsed::array()}}));
}

TEST(Json, TaskHasAllMetadataFields) {
  const Parsed task = Parsed::parse(task_to_json({.task_id = "t_a"}));
  for (const char* field : {"task_id", "task_type", "description", "version", "class_name",
                            "module", "dependencies", "author", "parameters", "tags"}) {
    EXPECT_TRUE(task.contains(field)) << field;
  }
  EXPECT_EQ(task["task_type"], "unknown");
  EXPECT_EQ(task["dependencies"], Parsed::array());
}

TEST(Json, HoldsNothingThatATerminalObeysAndKeepsTheValue) {
  const std::string controls =
      "\x1b[31m \x7f \xC2\x9B \xE2\x80\xAE \xF3\xA0\x80\x81 Gr\xC3\xBC\xC3\x9F"
      "e \xF0\x9F\x98\x80 \\u009b";
  const std::string json = task_to_json({.task_id = "t_a", .description = controls});
  EXPECT_EQ(Parsed::parse(json)["description"], controls);
  EXPECT_THAT(json, ::testing::HasSubstr(R"(\u001b[31m \u007f \u009b \u202e \udb40\udc01 )"));
  EXPECT_THAT(json, ::testing::HasSubstr("Gr\xC3\xBC\xC3\x9F"
                                         "e \xF0\x9F\x98\x80"));
}

TEST(Json, NumbersThatJsonCannotHoldBecomeNull) {
  Plan odd{Graph({testing_tasks::make_task("t_a")}), {{0, ReasonKind::never_ran, "never ran", {}}}};
  odd.steps[0].arguments = {{"nan", std::numeric_limits<double>::quiet_NaN()},
                            {"big", std::numeric_limits<std::int64_t>::min()}};
  const Parsed arguments = Parsed::parse(plan_to_json(odd))["steps"][0]["arguments"];
  EXPECT_TRUE(arguments["nan"].is_null());
  EXPECT_EQ(arguments["big"], std::numeric_limits<std::int64_t>::min());
}

}  // namespace
}  // namespace rota
