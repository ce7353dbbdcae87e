// SPDX-License-Identifier: Apache-2.0
#include "report/upkeep_text.h"

#include "report/test_data.h"
#include "report/text.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rota {
namespace {

using namespace testing_report;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class UpkeepTextTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  static CleanupEntry entry(const std::string& run) {
    return {run, "t_a\n", ExecutionState::failed, 7, moment(0)};
  }
};

TEST_F(UpkeepTextTest, ACleanupTellsEachExecutionAndWhyOneStays) {
  const CleanupResult result{{entry("11112222-x")},
                             {{entry("33334444-x"), KeptBecause::latest_success, ""},
                              {entry("55556666-x"), KeptBecause::makes_existing_file, "out/a"},
                              {entry("77778888-x"), KeptBecause::active, ""}},
                             {"gone"}};
  EXPECT_EQ(
      cleanup_to_text(result, false),
      "removed    2026-11-23 14:05:09  failed  11112222  t_a\\n\n"
      "kept       2026-11-23 14:05:09  failed  33334444  t_a\\n  the latest success of its task\n"
      "kept       2026-11-23 14:05:09  failed  55556666  t_a\\n  made out/a, which is there\n"
      "kept       2026-11-23 14:05:09  failed  77778888  t_a\\n  it is active\n"
      "not there  gone\n"
      "1 execution removed, 3 kept\n");
  EXPECT_THAT(cleanup_to_text(result, true), HasSubstr("would remove  2026"));
  EXPECT_THAT(cleanup_to_text(result, true), EndsWith("1 execution would be removed, 3 kept\n"));
  EXPECT_EQ(cleanup_to_text({}, false), "0 executions removed, 0 kept\n");
}

TEST_F(UpkeepTextTest, ALongListIsCutShortAndCounted) {
  CleanupResult result;
  for (int number = 0; number < 1'000; ++number) result.removed.push_back(entry("r"));
  const std::string text = cleanup_to_text(result, false);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 52);
  EXPECT_THAT(text, HasSubstr("removed  and 950 more\n1000 executions removed, 0 kept\n"));
  const auto json = nlohmann::json::parse(cleanup_to_json(result, false));
  EXPECT_EQ(json["removed"].size(), 1'000U);
}

TEST_F(UpkeepTextTest, ProgramsGetTheReasonAsAWord) {
  const auto json = nlohmann::json::parse(cleanup_to_json(
      {{entry("a")}, {{entry("b"), KeptBecause::makes_existing_file, "out"}}, {"c"}}, true));
  EXPECT_EQ(json["dry_run"], true);
  EXPECT_EQ(json["removed"][0]["task_run_id"], "a");
  EXPECT_EQ(json["removed"][0]["started_at"], "2026-11-23T14:05:09.000123Z");
  EXPECT_EQ(json["kept"][0]["reason"], "makes_existing_file");
  EXPECT_EQ(json["kept"][0]["path"], "out");
  EXPECT_EQ(json["unknown"][0], "c");
}

TEST_F(UpkeepTextTest, FindingsAreALineEach) {
  EXPECT_EQ(findings_to_text("/a/log.db", {}), "/a/log.db: sound\n");
  const std::vector<LogFinding> findings = {{"tags", "run-1", "no \x1b object"},
                                            {"files", "", "stray"}};
  EXPECT_EQ(findings_to_text("/a/log.db", findings),
            "tags   run-1  no \\x1b object\n"
            "files  -      stray\n"
            "/a/log.db: 2 findings\n");
  const auto json = nlohmann::json::parse(findings_to_json("/a/log.db", findings));
  EXPECT_EQ(json["sound"], false);
  EXPECT_EQ(json["findings"][0]["task_run_id"], "run-1");
  EXPECT_TRUE(json["findings"][1]["task_run_id"].is_null());
  const std::string many = findings_to_text("l", std::vector<LogFinding>(150));
  EXPECT_THAT(many, HasSubstr("and 50 more; --json has all\nl: 150 findings\n"));
}

TEST_F(UpkeepTextTest, AnExecutionOnALineHasFixedColumns) {
  EXPECT_EQ(execution_to_line(executions()[0]),
            "2026-11-23 14:06:12  running             0b9f2c1e           -  t_3R.report-html\n");
  EXPECT_THAT(execution_to_line(executions()[1]), Not(HasSubstr("\x1b")));
  EXPECT_THAT(
      execution_to_line(executions()[1]),
      HasSubstr("2026-11-23 14:05:09  failed              7d4f9e21   1 min 2 s  t_1C_clean  col"));
}

}  // namespace
}  // namespace rota
