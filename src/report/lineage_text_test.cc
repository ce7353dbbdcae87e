// SPDX-License-Identifier: Apache-2.0
#include "report/lineage_text.h"

#include "report/approved.h"
#include "report/test_data.h"

#include <cstdlib>
#include <ctime>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rota {
namespace {

using namespace testing_report;
using ::testing::HasSubstr;

constexpr FileDirection kRead = FileDirection::input;
constexpr FileDirection kMade = FileDirection::output;
constexpr const char* kHostile = "\x1b[2J\"]; b -> \\\n\xFF";

// A page from a table, the table from a file of a hostile name.
Lineage page() {
  Lineage lineage;
  lineage.executions = {executions()[0], executions()[1]};
  lineage.files = {{"out/page.html", 0}, {"out/table.csv", 1}, {kHostile, {}}, {"rules", {}}};
  lineage.uses = {{0, 0, kMade, {"out/page.html", 10, 100, "xxh3:00"}},
                  {1, 1, kMade, {"out/table.csv", 20, 200}},
                  {0, 1, kRead, {"out/table.csv", 21, 201}},
                  {0, 3, kRead, {"rules", 5, 5}},
                  {1, 2, kRead, {kHostile, 0, 0}}};
  return lineage;
}

TEST(LineageText, Up) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  expect_approved("lineage.txt", lineage_to_text(page()));
}
TEST(LineageText, Json) { expect_approved("lineage.json", lineage_to_json(page())); }
TEST(LineageText, Dot) { expect_approved("lineage.dot", lineage_to_dot(page())); }

TEST(LineageText, DownCountsWhatWasMadeFromTheFile) {
  Lineage lineage = page();
  lineage.direction = LineageDirection::down;
  std::swap(lineage.files[0], lineage.files[2]);
  for (LineageUse& use : lineage.uses) use.file = use.file == 0 ? 2 : use.file == 2 ? 0 : use.file;
  EXPECT_THAT(lineage_to_text(lineage), HasSubstr("3 files were made from \\x1b[2J"));
  EXPECT_THAT(lineage_to_text(lineage), HasSubstr(" by 2 executions\n"));
}

TEST(LineageText, AHashThatIsKnownTwiceDecidesWhetherAFileChanged) {
  Lineage lineage = page();
  lineage.uses[1].stamp.content_hash = lineage.uses[2].stamp.content_hash = "xxh3:01";
  EXPECT_EQ(lineage_to_text(lineage).find("(changed since"), std::string::npos);
  lineage.uses[2].stamp = lineage.uses[1].stamp;
  lineage.uses[2].stamp.content_hash = "xxh3:02";
  EXPECT_THAT(lineage_to_text(lineage), HasSubstr("out/table.csv  (changed since it was made)"));
}

TEST(LineageText, OfAFileThatStandsAloneSaysSo) {
  Lineage lineage;
  lineage.files = {{"raw", {}}};
  EXPECT_EQ(lineage_to_text(lineage), "no execution in the log made raw\n");
  lineage.direction = LineageDirection::down;
  EXPECT_EQ(lineage_to_text(lineage), "no execution in the log read raw as it is now\n");
  EXPECT_EQ(nlohmann::json::parse(lineage_to_json(lineage))["executions"].size(), 0U);
}

TEST(LineageText, JsonIsValidWhateverThePaths) {
  const auto json = nlohmann::json::parse(lineage_to_json(page()));
  EXPECT_EQ(json["files"].size(), 4U);
  EXPECT_EQ(json["files"][2]["task_run_id"], nullptr);
  EXPECT_EQ(json["uses"][0]["task_run_id"], json["executions"][0]["task_run_id"]);
}

}  // namespace
}  // namespace rota
