// SPDX-License-Identifier: Apache-2.0
// With the real `dot`, and with programs in its place that fail.
#include "layout/graph_layout.h"

#include "os/temporary_folder.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using testing::HasSubstr;

class PathGuard {
 public:
  explicit PathGuard(const std::string& path) { ::setenv("PATH", path.c_str(), 1); }
  PathGuard(const PathGuard&) = delete;
  PathGuard& operator=(const PathGuard&) = delete;
  ~PathGuard() { ::setenv("PATH", kept_.c_str(), 1); }

 private:
  const std::string kept_ = std::getenv("PATH");
};

void make_program(const TemporaryFolder& folder, const std::string& text) {
  const auto program = folder / "dot";
  std::ofstream(program) << text;
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
}

std::string error_of(const LayoutQuery& query) {
  try {
    lay_out_graph(query);
  } catch (const LayoutError& error) {
    return error.what();
  }
  return "no error";
}

const std::vector<double> kWidths = {100, 100, 50};
const std::vector<LayoutArrow> kArrows = {{0, 1}, {1, 2}, {0, 2}};
const LayoutQuery kQuery = {.box_widths = kWidths, .box_height = 30, .arrows = kArrows};

TEST(GraphLayout, PlacesEachBoxToTheRightOfThoseThatLeadToIt) {
  const GraphLayout layout = lay_out_graph(kQuery);
  ASSERT_EQ(layout.centers.size(), 3U);
  EXPECT_LT(layout.centers[0].x + 100, layout.centers[1].x);
  EXPECT_LT(layout.centers[1].x + 75, layout.centers[2].x);
  EXPECT_EQ(layout.curves.size(), 3U);
  for (const LayoutPoint& center : layout.centers) {
    EXPECT_GT(center.x, 0);
    EXPECT_LT(center.x, layout.width);
    EXPECT_GE(center.y, 15 - 0.1);
    EXPECT_LE(center.y, layout.height - 15 + 0.1);
  }
}

TEST(GraphLayout, OfNothingNeedsNoProgram) {
  const PathGuard path("/nowhere");
  EXPECT_TRUE(lay_out_graph({}).centers.empty());
}

TEST(GraphLayout, WithoutGraphvizTellsWhatToInstall) {
  const PathGuard path("/nowhere:relative:");
  EXPECT_THAT(error_of(kQuery), HasSubstr("no program `dot` in PATH; install Graphviz"));
}

TEST(GraphLayout, OfAProgramThatFailsTellsItsFirstLine) {
  const TemporaryFolder folder;
  make_program(folder, "#!/bin/sh\necho no such option >&2\necho more >&2\nexit 3\n");
  const PathGuard path(folder.path().string());
  EXPECT_THAT(error_of(kQuery), HasSubstr("failed with status 3: no such option"));
}

TEST(GraphLayout, OfAProgramThatSaysSomethingElseIsRefused) {
  const TemporaryFolder folder;
  make_program(folder, "#!/bin/sh\necho hello >&3\n");
  const PathGuard path(folder.path().string());
  EXPECT_THAT(error_of(kQuery), HasSubstr("is not understood"));
}

TEST(GraphLayout, OfAProgramThatHangsEndsIt) {
  const TemporaryFolder folder;
  make_program(folder, "#!/bin/sh\nexec /bin/sleep 1000\n");
  const PathGuard path(folder.path().string());
  LayoutQuery query = kQuery;
  query.time_limit = std::chrono::seconds(1);
  EXPECT_THAT(error_of(query), HasSubstr("has not finished within 1 s"));
}

TEST(GraphLayout, OfAProgramThatIsKilledTellsTheSignal) {
  const TemporaryFolder folder;
  make_program(folder, "#!/bin/sh\nkill -9 $$\n");
  const PathGuard path(folder.path().string());
  EXPECT_THAT(error_of(kQuery), HasSubstr("was ended by signal 9"));
}

TEST(GraphLayout, OfALargeGraphIsWhole) {
  constexpr std::uint32_t kBoxes = 3'500;
  const std::vector<double> widths(kBoxes, 120);
  std::vector<LayoutArrow> arrows;
  for (std::uint32_t box = 100; box < kBoxes; ++box) arrows.push_back({box - 100, box});
  const GraphLayout layout =
      lay_out_graph({.box_widths = widths, .box_height = 30, .arrows = arrows});
  EXPECT_EQ(layout.curves.size(), arrows.size());
}

}  // namespace
}  // namespace rota
