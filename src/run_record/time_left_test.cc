// SPDX-License-Identifier: Apache-2.0
#include "run_record/time_left.h"

#include "graph/test_tasks.h"

#include <gtest/gtest.h>

namespace rota {
namespace {

using std::chrono::seconds;
using testing_tasks::make_task;
using Running = TimeLeft::Running;

// a -> b -> d, a -> c -> d, and e, which nothing needs; numbered in this order.
Plan plan() {
  return make_plan(Graph({make_task("a"), make_task("b", {"a"}), make_task("c", {"a"}),
                          make_task("d", {"b", "c"}), make_task("e")}),
                   *open_memory_log());
}

TEST(TimeLeft, IsTheLongestWayWhereWorkersAreMany) {
  const Plan five = plan();
  const TimeLeft left(five, {seconds(1), seconds(2), seconds(5), seconds(3), seconds(4)}, 10);
  EXPECT_EQ(left.estimate({}), seconds(9));
}

TEST(TimeLeft, IsTheWorkSharedWhereWorkersAreFew) {
  const Plan five = plan();
  EXPECT_EQ(
      TimeLeft(five, {seconds(1), seconds(2), seconds(5), seconds(3), seconds(4)}, 1).estimate({}),
      seconds(15));
  EXPECT_EQ(
      TimeLeft(five, {seconds(1), seconds(2), seconds(5), seconds(3), seconds(4)}, 0).estimate({}),
      seconds(15));
}

TEST(TimeLeft, ShrinksWithWhatHasEndedAndWithWhatRuns) {
  const Plan five = plan();
  TimeLeft left(five, {seconds(1), seconds(2), seconds(5), seconds(3), seconds(4)}, 10);
  left.finish(0);
  left.finish(4);
  EXPECT_EQ(left.estimate({}), seconds(8));
  const std::vector<Running> running = {{1, seconds(1)}, {2, seconds(4)}};
  EXPECT_EQ(left.estimate(running), seconds(4));
}

TEST(TimeLeft, CountsWhatTakesLongerThanUsualAsAboutToEnd) {
  const Plan five = plan();
  TimeLeft left(five, {seconds(1), seconds(2), seconds(5), seconds(3), seconds(4)}, 10);
  for (const TaskIndex task : {0, 1, 2, 4}) left.finish(task);
  EXPECT_EQ(left.estimate(std::vector<Running>{{3, seconds(100)}}), seconds(0));
}

TEST(TimeLeft, TakesTheMedianForFewUnknownTasksAndSaysNothingOfMany) {
  const Plan five = plan();
  EXPECT_EQ(TimeLeft(five, {seconds(1), {}, seconds(5), seconds(3), {}}, 10).estimate({}),
            seconds(9));
  EXPECT_EQ(TimeLeft(five, {{}, {}, {}, seconds(3), seconds(3)}, 10).estimate({}), std::nullopt);
}

TEST(TimeLeft, OfNothingToRunIsNotKnown) {
  Plan five = plan();
  for (PlanStep& step : five.steps) step.kind = ReasonKind::up_to_date;
  EXPECT_EQ(TimeLeft(five, {5, seconds(1)}, 2).estimate({}), std::nullopt);
}

}  // namespace
}  // namespace rota
