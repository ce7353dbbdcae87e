// SPDX-License-Identifier: Apache-2.0
#include "report/why_text.h"

#include "report/approved.h"
#include "report/test_data.h"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

namespace rota {
namespace {

using testing_report::expect_approved;

class WhyTextTest : public ::testing::Test {
 protected:
  WhyTextTest() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }

  static WhyTask why() {
    const TimePoint began{std::chrono::seconds(1'795'442'709)};
    return {
        .task_id = "t_1C_clean",
        .newest = testing_report::executions().back(),
        .last_plan = EarlierDecision{{.start = {.run_id = "5f0c7e0a-93b1-4b3f-8a2e-6a7d9c1b2e3f",
                                                .plan_hash = "sha256:00ff"},
                                      .started_at = began},
                                     {.task_id = "t_1C_clean",
                                      .kind = ReasonKind::input_changed,
                                      .reason = "input \x1b[2J.csv changed"}},
        .now = {.kind = ReasonKind::up_to_date, .reason = "up to date since then"}};
  }
};

TEST_F(WhyTextTest, TellsWhatRanWhatWasPlannedAndWhatWouldBeNow) {
  expect_approved("why.txt", why_to_text(why()));
  expect_approved("why.json", why_to_json(why()));
}

TEST_F(WhyTextTest, TellsWhyALaterRunDidNotRunIt) {
  WhyTask not_run = why();
  not_run.not_run = testing_report::executions().front();
  not_run.not_run->end = {.state = ExecutionState::upstream_failed, .message = "t_import failed"};
  not_run.not_run->start.run_id = "5f0c7e0a-93b1-4b3f-8a2e-6a7d9c1b2e3f";
  expect_approved("why_not_run.txt", why_to_text(not_run));
}

TEST_F(WhyTextTest, OfATaskThatNeverRanThereIsOnlyThePlanNow) {
  const WhyTask why{.task_id = "t_new", .now = {.reason = "never ran"}};
  expect_approved("why_new.txt", why_to_text(why));
  expect_approved("why_new.json", why_to_json(why));
}

}  // namespace
}  // namespace rota
