// SPDX-License-Identifier: Apache-2.0
// The page in a browser is tested in tests/browser.
#include "report/run_report.h"

#include "report/run_data.h"
#include "report/test_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rota {
namespace {

using namespace testing_report;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHostile = "</script><script>alert(1)</script><!-- ]]> \x1b[31m\xFF @script@";

RunReport hostile_report() {
  RunReport report{.project = "</title><b>@data@", .graph = graph(), .made_at = moment(100)};
  report.record.run_id = "5f0c7e0a-93b1-4b3f-8a2e-6a7d9c1b2e3f";
  for (const Execution& execution : executions()) {
    RecordedExecution recorded{.execution = execution};
    recorded.execution.end.message = kHostile;
    recorded.execution.start.reason = kHostile;
    recorded.execution.start.arguments = kHostile;
    recorded.execution.end.metrics = kHostile;
    recorded.execution.end.inputs = {{kHostile, 1, 2}};
    recorded.earlier = {std::chrono::milliseconds(1'500)};
    report.outputs[execution.task_run_id] = std::string(kHostile) + "\nnext line\n";
    report.record.executions.push_back(std::move(recorded));
  }
  report.record.executions.back().execution.start.task_id = "t_gone<b>";
  report.record.began = moment(0);
  report.record.ended = moment(70);
  arrange(report.record, report.graph);
  report.standings.resize(report.graph.size());
  return report;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(RunReport, OfHostileTextsHasTheTagsOfThePageAndNoOthers) {
  const std::string page = run_report_to_html(hostile_report());
  EXPECT_EQ(count(page, "<script"), 2U);
  EXPECT_EQ(count(page, "</script"), 2U);
  EXPECT_EQ(count(page, "<style"), 1U);
  EXPECT_EQ(count(page, "</title"), 1U);
  EXPECT_THAT(page, Not(HasSubstr("<b>")));
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
}

TEST(RunReport, NamesNoPlaceOutsideOfItself) {
  const std::string page = run_report_to_html(hostile_report());
  EXPECT_THAT(page, Not(HasSubstr("https:")));
  EXPECT_EQ(count(page, "http:"), count(page, "http://www.w3.org/"));  // the name of SVG
  EXPECT_EQ(count(page, " src="), 0U);
  EXPECT_THAT(page, HasSubstr("default-src 'none'; style-src 'sha256-"));
}

TEST(RunReport, HasDataThatAreJsonAndTellAllThatWasGiven) {
  const std::string data = run_report_to_data(hostile_report());
  EXPECT_THAT(data, Not(HasSubstr("<")));
  const auto json = nlohmann::json::parse(data);
  ASSERT_EQ(json["tasks"].size(), 5U);
  EXPECT_EQ(json["tasks"][4]["id"], "t_gone<b>");
  ASSERT_EQ(json["executions"].size(), 3U);
  const auto& failed = json["executions"][1];
  EXPECT_EQ(failed["state"], "failed");
  EXPECT_EQ(failed["duration"], 62'000.0);
  EXPECT_EQ(failed["earlier"][0], 1'500.0);
  EXPECT_EQ(failed["output"],
            "</script><script>alert(1)</script><!-- ]]> \\x1b[31m\\xff @script@\nnext line\n");
  EXPECT_EQ(failed["inputs"][0][1], 1);
  EXPECT_TRUE(json["executions"][0]["duration"].is_null());
}

TEST(RunTrace, HasAnEventForEachExecutionThatTookTime) {
  RunReport report = hostile_report();
  RecordedExecution never{.execution = executions()[1]};
  never.execution.end.state = ExecutionState::upstream_failed;
  report.record.executions.push_back(never);
  const auto json = nlohmann::json::parse(past_run_to_trace(report.record));
  const auto& events = json["traceEvents"];
  EXPECT_EQ(events[0]["name"], "process_name");
  std::vector<std::string> kinds;
  for (const auto& event : events) kinds.push_back(event["ph"]);
  EXPECT_EQ(std::ranges::count(kinds, "X"), 1);
  EXPECT_EQ(std::ranges::count(kinds, "B"), 2);
  const auto& complete =
      *std::ranges::find_if(events, [](const auto& event) { return event["ph"] == "X"; });
  EXPECT_EQ(complete["dur"], 62'000'000);
  EXPECT_EQ(complete["ts"], 0);
  EXPECT_EQ(complete["name"], "t_1C_clean");
}

TEST(RunTrace, OfNothingIsEmpty) {
  EXPECT_EQ(nlohmann::json::parse(past_run_to_trace({}))["traceEvents"].size(), 1U);
}

}  // namespace
}  // namespace rota
