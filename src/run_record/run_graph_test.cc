// SPDX-License-Identifier: Apache-2.0
#include "run_record/run_graph.h"

#include "graph/test_tasks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using testing::ElementsAre;
using testing_tasks::make_task;

std::vector<std::string> edges_of(const Graph& graph) {
  std::vector<std::string> edges;
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    edges.push_back(graph.task_id(task));
    for (const TaskIndex dependency : graph.dependencies(task))
      edges.back() += " " + graph.task_id(dependency);
  }
  return edges;
}

class RunGraphTest : public ::testing::Test {
 protected:
  void register_all(const std::vector<TaskClassPtr>& classes) {
    for (const TaskClassPtr& one : classes) now_.register_task_class(one);
  }
  PastRun run() const { return read_past_run(*log_, "run"); }

  const std::unique_ptr<ExecutionLog> log_ = open_memory_log();
  TaskRegistry now_;
};

TEST_F(RunGraphTest, IsThatOfThePlanAlsoWhereTasksHaveChangedOrAreGone) {
  begin_run(*log_,
            make_plan(Graph({make_task("a"), make_task("b", {"a"}), make_task("c", {"b"})}), *log_),
            "run");
  register_all({make_task({.task_id = "b", .description = "Now without a", .version = "2"}),
                make_task("new")});
  const Graph graph = graph_of_run(*log_, run(), now_);
  EXPECT_THAT(edges_of(graph), ElementsAre("a", "b a", "c b"));
  const TaskMetadata& b = graph.task_class(1)->metadata();
  EXPECT_EQ(b.version, "1.0.0");
  EXPECT_EQ(b.description, "Now without a");
}

TEST_F(RunGraphTest, HasTheTasksOfThePlanAlone) {
  log_->record_task_execution({.task_id = "a", .version = "1.0.0"}, {});
  begin_run(*log_,
            make_plan(Graph({make_task("a"), make_task("b", {"a"})}), *log_,
                      {.only = std::vector<std::string>{"b"}}),
            "run");
  EXPECT_THAT(edges_of(graph_of_run(*log_, run(), now_)), ElementsAre("b"));
}

TEST_F(RunGraphTest, OfARunWithoutAPlanIsOfWhatItExecutedAndIsStillThere) {
  log_->record_task_execution({.task_id = "b", .run_id = "run"}, {});
  log_->record_task_execution({.task_id = "gone", .run_id = "run"}, {});
  register_all({make_task("a"), make_task("b", {"a"}), make_task("other")});
  EXPECT_THAT(edges_of(graph_of_run(*log_, run(), now_)), ElementsAre("a", "b a"));
}

}  // namespace
}  // namespace rota
