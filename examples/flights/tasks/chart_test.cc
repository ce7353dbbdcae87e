// SPDX-License-Identifier: Apache-2.0
#include "chart.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flights {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Chart chart(std::vector<double> values) {
  Chart chart;
  chart.id = "c";
  chart.title = "Delays";
  chart.description = "Mean <delay>";
  chart.unit = "minutes";
  chart.labels.assign(values.size(), "A & B");
  chart.series = {{"all", std::move(values)}};
  return chart;
}

TEST(BarChart, DrawsBarsInProportion) {
  const std::string svg = bar_chart(chart({20, 10}));
  EXPECT_THAT(svg, HasSubstr("width=\"86.000%\""));
  EXPECT_THAT(svg, HasSubstr("width=\"43.000%\""));
}

TEST(BarChart, DrawsNegativeValuesToTheLeftOfZero) {
  const std::string svg = bar_chart(chart({30, -10}));
  EXPECT_THAT(svg, HasSubstr("x=\"0.000%\" y=\"64\" width=\"21.500%\""));
  EXPECT_THAT(svg, HasSubstr("x=\"21.500%\" y=\"20\" width=\"64.500%\""));
}

TEST(BarChart, DrawsToASharedScale) {
  Chart half = chart({10});
  half.scale_maximum = 20;
  EXPECT_THAT(bar_chart(half), HasSubstr("width=\"43.000%\""));
}

TEST(Charts, EscapeTextAndDescribeThemselves) {
  for (const std::string& svg : {bar_chart(chart({1})), line_chart(chart({1}))}) {
    EXPECT_THAT(svg, HasSubstr("aria-labelledby=\"c-title c-desc\""));
    EXPECT_THAT(svg, HasSubstr("<desc id=\"c-desc\">Mean &lt;delay&gt;</desc>"));
    EXPECT_THAT(svg, HasSubstr("A &amp; B, all: 1.0 minutes"));
  }
}

TEST(Charts, DrawNothingWhereThereIsNoValue) {
  EXPECT_THAT(bar_chart(chart({NAN})), Not(HasSubstr("<rect")));
  EXPECT_THAT(line_chart(chart({1, NAN, 2})), Not(HasSubstr("nan")));
  EXPECT_THAT(line_chart(chart({})), Not(HasSubstr("circle")));
}

TEST(LineChart, BreaksTheLineWhereAValueIsMissing) {
  EXPECT_THAT(line_chart(chart({1, 1, NAN, 1})),
              HasSubstr("d=\"M12.500 0.000L37.500 0.000M87.500 0.000\""));
}

TEST(RoundTicks, EncloseTheValuesWithRoundNumbers) {
  EXPECT_THAT(round_ticks(0, 56.5), ElementsAre(0, 20, 40, 60));
  EXPECT_THAT(round_ticks(-3, 9), ElementsAre(-5, 0, 5, 10));
  EXPECT_THAT(round_ticks(0, 1), ElementsAre(0, 0.2, 0.4, testing::DoubleNear(0.6, 1e-9), 0.8, 1));
  EXPECT_THAT(line_chart(chart({1})), HasSubstr(">0.6<"));
}

}  // namespace
}  // namespace flights
