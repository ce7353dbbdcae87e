// SPDX-License-Identifier: Apache-2.0
#include "report/event_json.h"

#include "report/approved.h"
#include "report/test_data.h"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rota {
namespace {

using namespace testing_report;

std::string all_events() {
  const Plan four = plan();
  const RunSummary end = summary();
  return run_started_event(four, end.run_id, moment(0)) +
         task_started_event(four, four.steps[1], moment(1)) +
         task_logged_event(four, four.steps[1], LogLevel::warning, "two\nlines \x1b[31m\xFF\"",
                           moment(2)) +
         task_finished_event(four, four.steps[1], end.outcomes[1], moment(3)) +
         run_finished_event(end, moment(4));
}

TEST(EventJson, OfARun) { expect_approved("events.jsonl", all_events()); }

TEST(EventJson, IsAnObjectALineWhateverTheTexts) {
  std::istringstream lines(all_events());
  std::string line;
  std::size_t count = 0;
  while (std::getline(lines, line)) {
    const auto json = nlohmann::json::parse(line);
    EXPECT_TRUE(json.contains("event") && json.contains("time")) << line;
    ++count;
  }
  EXPECT_EQ(count, 5U);
}

}  // namespace
}  // namespace rota
