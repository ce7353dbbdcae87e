// SPDX-License-Identifier: Apache-2.0
#include "report/live_view.h"

#include "report/printable.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

RunProgress under_way() {
  return {.to_run = 40,
          .done = 20,
          .failed = 2,
          .running = {{"t_1I_import", seconds(75)}, {"t_1C_clean", seconds(3)}},
          .left = seconds(130)};
}

TEST(LiveView, ShowsWhatIsDoneWhatRunsWhatWaitsAndHowLongItTakes) {
  EXPECT_THAT(live_view(under_way(), {.columns = 100}),
              ElementsAre("[##############..............] 20/40  2 failed  about 2 min 10 s left  "
                          "2 running  18 waiting",
                          "  t_1I_import  1 min 15 s", "  t_1C_clean  3 s"));
}

TEST(LiveView, UsesNoColourWhereItIsNotWanted) {
  for (const bool has_colour : {true, false}) {
    std::string all;
    for (const auto& line : live_view(under_way(), {.is_utf8 = true, .has_colour = has_colour}))
      all += line;
    EXPECT_EQ(all.find('\x1b') != std::string::npos, has_colour);
  }
}

TEST(LiveView, IsAsciiWhereTheLocaleIsNotUtf8) {
  RunProgress progress = under_way();
  progress.running[0].task_id = "t_\xC3\xBC";
  for (const auto& line : live_view(progress, {.is_utf8 = false}))
    for (const char c : line) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  EXPECT_THAT(live_view(progress, {.is_utf8 = false})[1], HasSubstr("t_\\u00fc"));
  EXPECT_THAT(live_view(progress, {.is_utf8 = true})[1], HasSubstr("t_\xC3\xBC"));
}

TEST(LiveView, FitsIntoEveryTerminal) {
  RunProgress progress = under_way();
  progress.running.clear();
  for (int at = 0; at < 30; ++at)
    progress.running.push_back({std::string(1 + at * 7, 'x') + "\x1b[2J\n", seconds(at * 40)});
  for (std::size_t columns = 0; columns < 130; ++columns) {
    for (std::size_t rows = 0; rows < 30; ++rows) {
      const auto lines = live_view(progress, {.columns = columns, .rows = rows, .is_utf8 = true});
      EXPECT_LE(lines.size(), std::max<std::size_t>(rows, 1) - 1) << columns << "x" << rows;
      for (const auto& line : lines) {
        EXPECT_LT(display_width(line), std::max<std::size_t>(columns, 1)) << line;
        EXPECT_EQ(line.find('\n'), std::string::npos);
      }
    }
  }
}

TEST(LiveView, SaysHowManyTasksAreNotShown) {
  RunProgress progress = under_way();
  progress.running.resize(20);
  EXPECT_THAT(live_view(progress, {.rows = 5}).back(), "  and 18 others");
  EXPECT_THAT(live_view(progress, {.rows = 50}).size(), 11U);
}

TEST(LiveView, OfNothingToDoIsFull) {
  EXPECT_THAT(live_view({}, {})[0], HasSubstr("[############################] 0/0"));
}

TEST(LiveView, StatesKeepTheirPlaceWithColours) {
  EXPECT_EQ(coloured_state("failed", 8, {}), "failed  ");
  EXPECT_EQ(coloured_state("failed", 8, {.has_colour = true}), "\x1b[31mfailed\x1b[0m  ");
  EXPECT_THAT(coloured_state("upstream_failed", 8, {}), "upstream_failed");
}

}  // namespace
}  // namespace rota
