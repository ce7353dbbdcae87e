// SPDX-License-Identifier: Apache-2.0
#include "report/graph_text.h"

#include "os/text.h"
#include "report/approved.h"
#include "report/test_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rota {
namespace {

using namespace testing_report;

// An id that no registry takes, but a graph does.
Graph hostile_graph() {
  const std::string id = "a\"]; b -> \\\" <x>#\n\x1b\xFF`\\";
  return Graph({testing_tasks::make_task(id), testing_tasks::make_task("t_b", {id})});
}

TEST(GraphText, Dot) { expect_approved("graph.dot", graph_to_dot(graph())); }
TEST(GraphText, DotOfHostileIds) {
  expect_approved("graph_hostile.dot", graph_to_dot(hostile_graph()));
}
TEST(GraphText, Mermaid) { expect_approved("graph.mmd", graph_to_mermaid(graph())); }
TEST(GraphText, MermaidOfHostileIds) {
  expect_approved("graph_hostile.mmd", graph_to_mermaid(hostile_graph()));
}
TEST(GraphText, Json) { expect_approved("graph.json", graph_to_json(graph())); }

std::vector<TaskStanding> standings() {
  return {{TaskCondition::up_to_date, ExecutionState::success, "up to date since Monday"},
          {TaskCondition::failed, ExecutionState::timeout, "timeout at noon"},
          {TaskCondition::never_ran, {}, "never ran"},
          {TaskCondition::stale, ExecutionState::success, "input \x1b[2J\"<&.csv changed"}};
}

TEST(GraphText, DotColouredByStanding) {
  expect_approved("graph_standing.dot", graph_to_dot(graph(), standings()));
}
TEST(GraphText, MermaidColouredByStanding) {
  expect_approved("graph_standing.mmd", graph_to_mermaid(graph(), standings()));
}
TEST(GraphText, JsonWithStanding) {
  expect_approved("graph_standing.json", graph_to_json(graph(), standings()));
}

TEST(GraphText, JsonIsValidWhateverTheIds) {
  const auto json = nlohmann::json::parse(graph_to_json(hostile_graph()));
  EXPECT_EQ(json["nodes"].size(), 2U);
  EXPECT_EQ(json["edges"][0]["to"], "t_b");
}

TEST(GraphText, OfNoTasksIsAnEmptyDrawing) {
  EXPECT_EQ(graph_to_dot(Graph({})), "digraph rota {\n  rankdir=LR;\n  node [shape=box];\n}\n");
  EXPECT_EQ(graph_to_mermaid(Graph({})), "flowchart LR\n");
  EXPECT_EQ(
      nlohmann::json::parse(graph_to_json(Graph({}))),
      (nlohmann::json{{"nodes", nlohmann::json::array()}, {"edges", nlohmann::json::array()}}));
}

}  // namespace
}  // namespace rota
