// SPDX-License-Identifier: Apache-2.0
// Drawings with the layout of the real Graphviz are in tests/cli; here positions are given.
#include "report/graph_svg.h"

#include "report/approved.h"
#include "report/test_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using namespace testing_report;
using testing::HasSubstr;
using testing::Not;

GraphLayout two_boxes() {
  return {.width = 400,
          .height = 60,
          .centers = {{60, 30}, {300, 30}},
          .curves = {{{0, 1}, {{110, 30}, {150, 30}, {200, 30}, {240, 30}}}}};
}

Graph hostile_graph() {
  const std::string id = "a\"]<script>alert('1')</script>&\n\x1b\xFF";
  return Graph(
      {testing_tasks::make_task({.task_id = id, .description = "</title><script>1</script>"}),
       testing_tasks::make_task("t_b", {id})});
}

TEST(GraphSvg, OfHostileTextsHasNoMarkupOfTheirs) {
  const std::string svg =
      graph_to_svg(hostile_graph(), two_boxes(),
                   {{TaskCondition::failed, ExecutionState::failed, "<b onload=\"x\">"},
                    {TaskCondition::not_reached, {}, ""}},
                   SvgPlace::file);
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_THAT(svg, Not(HasSubstr("<b ")));
  EXPECT_THAT(svg, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(svg, Not(HasSubstr("\x1b")));
  expect_approved("graph_hostile.svg", svg);
}

TEST(GraphSvg, InAPageHasNoStyleOfItsOwn) {
  const std::string svg = graph_to_svg(hostile_graph(), two_boxes(), {}, SvgPlace::page);
  EXPECT_THAT(svg, Not(HasSubstr("<style>")));
  EXPECT_THAT(svg, Not(HasSubstr("<?xml")));
}

TEST(GraphSvg, AsksForBoxesAsWideAsTheirIds) {
  const Graph graph({testing_tasks::make_task("t"),
                     testing_tasks::make_task("t_" + std::string(198, 'x')),
                     testing_tasks::make_task("t_twenty_letters_long")});
  const GraphBoxes boxes(graph);
  const LayoutQuery query = boxes.query();
  ASSERT_EQ(query.box_widths.size(), 3U);
  const auto width_of = [&](const std::string& id) { return query.box_widths[*graph.find(id)]; };
  EXPECT_LT(width_of("t"), width_of("t_twenty_letters_long"));
  EXPECT_LT(width_of("t_" + std::string(198, 'x')), 400);
}

}  // namespace
}  // namespace rota
