// SPDX-License-Identifier: Apache-2.0
// That the text is read as it is meant is tested in tests/cli, with the parser of Prometheus's own client.
#include "report/metrics_text.h"

#include "report/approved.h"
#include "report/test_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using namespace testing_report;
using std::chrono::milliseconds;

TEST(MetricsText, OfExecutionsAndTheLastRun) {
  const ExecutionTotals totals = {
      {{"t_1C_clean", ExecutionState::success}, {12, milliseconds(34'567)}},
      {{"t_1C_clean", ExecutionState::failed}, {1, milliseconds(3)}},
      {{"t_\"b\\\n\xFF", ExecutionState::lost}, {2, milliseconds(0)}}};
  expect_approved("metrics.txt", metrics_text(totals, summary(), moment(70)));
}

TEST(ExecutionTotals, AreOfAllThatHasEnded) {
  const auto log = open_memory_log();
  const auto record = [&](const std::string& task_id, ExecutionState state) {
    log->record_task_execution({.task_id = task_id}, {.state = state});
  };
  record("a", ExecutionState::success);
  record("a", ExecutionState::success);
  record("a", ExecutionState::failed);
  record("b", ExecutionState::success);
  log->begin_execution({.task_id = "b"});
  const ExecutionTotals totals = execution_totals(*log);
  ASSERT_EQ(totals.size(), 3U);
  EXPECT_EQ(totals.at({"a", ExecutionState::success}).count, 2U);
  EXPECT_EQ(totals.at({"a", ExecutionState::failed}).count, 1U);
  EXPECT_EQ(totals.at({"b", ExecutionState::success}).count, 1U);
}

}  // namespace
}  // namespace rota
