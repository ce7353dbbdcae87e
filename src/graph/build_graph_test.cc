// SPDX-License-Identifier: Apache-2.0
#include "graph/test_tasks.h"
#include <rota/error.h>
#include <rota/graph.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using testing_tasks::error_of;
using testing_tasks::make_task;

class BuildGraphTest : public ::testing::Test {
 protected:
  void add(std::string task_id, std::vector<std::string> dependencies = {}) {
    ASSERT_TRUE(
        registry_.register_task_class(make_task(std::move(task_id), std::move(dependencies))));
  }
  std::vector<std::string> ids(const std::vector<std::string>& selected = {}) {
    const Graph graph = build_graph(registry_, selected);
    std::vector<std::string> result;
    for (TaskIndex task = 0; task < graph.size(); ++task) result.push_back(graph.task_id(task));
    return result;
  }
  std::string error(const std::vector<std::string>& selected = {}) {
    return error_of<PlanError>([&] { build_graph(registry_, selected); });
  }

  TaskRegistry registry_;
};

TEST_F(BuildGraphTest, TakesAllClassesOfTheRegistryWhereNoneIsNamed) {
  add("t_b", {"t_c"});
  add("t_c");
  add("t_a");
  EXPECT_THAT(ids(), ElementsAre("t_a", "t_c", "t_b"));
}

TEST_F(BuildGraphTest, TakesTheNamedTasksWithAllThatTheyNeedAndNothingElse) {
  add("t_1");
  add("t_2", {"t_1"});
  add("t_3", {"t_2"});
  add("t_4", {"t_3"});
  add("t_other");
  EXPECT_THAT(ids({"t_3"}), ElementsAre("t_1", "t_2", "t_3"));
  EXPECT_THAT(ids({"t_2", "t_other", "t_2"}), ElementsAre("t_1", "t_2", "t_other"));
}

TEST_F(BuildGraphTest, NamesAnUnknownTaskAndTheNearestOne) {
  add("t_1I_import");
  EXPECT_EQ(error({"t_1I_imprt"}), "no task t_1I_imprt is registered; did you mean t_1I_import?");
  EXPECT_EQ(error({"t_1I_import", "something_else"}), "no task something_else is registered");
  EXPECT_EQ(error({""}), "no task '' is registered");
}

TEST_F(BuildGraphTest, NamesAllUnknownTasks) {
  add("t_1I_import");
  EXPECT_EQ(
      error({"x_z", "t_1I_import", "x_y", "x_z"}),
      "2 tasks are not registered:\n  no task x_y is registered\n  no task x_z is registered");
}

TEST_F(BuildGraphTest, MissingDependenciesCountOnlyForTheSelectedAndWhatTheyNeed) {
  add("t_good");
  add("t_bad", {"t_gone"});
  add("t_worse", {"t_bad"});
  EXPECT_THAT(ids({"t_good"}), ElementsAre("t_good"));
  EXPECT_THAT(error({"t_worse"}),
              ::testing::StartsWith("t_bad needs t_gone, which is not registered"));
  EXPECT_THAT(error(), ::testing::StartsWith("t_bad needs t_gone, which is not registered"));
}

TEST_F(BuildGraphTest, SuggestsIdsOutsideTheSelectionToo) {
  add("t_profiling");
  add("t_report", {"t_profilling"});
  EXPECT_EQ(error({"t_report"}),
            "t_report needs t_profilling, which is not registered; did you mean t_profiling?");
}

TEST_F(BuildGraphTest, CyclesCountOnlyForTheSelectedAndWhatTheyNeed) {
  add("t_a", {"t_b"});
  add("t_b", {"t_a"});
  add("t_free");
  EXPECT_THAT(ids({"t_free"}), ElementsAre("t_free"));
  EXPECT_EQ(error({"t_b"}), "the task graph has a cycle: t_a -> t_b -> t_a");
}

}  // namespace
}  // namespace rota
