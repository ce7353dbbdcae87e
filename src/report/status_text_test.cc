// SPDX-License-Identifier: Apache-2.0
#include "report/status_text.h"

#include "report/approved.h"
#include "report/test_data.h"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

namespace rota {
namespace {

using namespace testing_report;

RunStatus status() {
  const auto all = executions();
  return {.run_id = all[0].start.run_id,
          .owner = all[0].owner,
          .began = moment(0),
          .running = {all[0]},
          .unsuccessful = {all[1]},
          .succeeded = 3,
          .not_reached = 1,
          .waiting = 7,
          .left = std::chrono::seconds(130)};
}

class StatusText : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

TEST_F(StatusText, OfWhatRuns) {
  expect_approved("status.txt", status_to_text(status(), moment(100)));
  expect_approved("status.json", status_to_json(status(), moment(100)));
}

TEST_F(StatusText, OfWhatHasEnded) {
  RunStatus ended = status();
  ended.running.clear();
  ended.waiting.reset();
  ended.left.reset();
  ended.ended = moment(90);
  expect_approved("status_ended.txt", status_to_text(ended, moment(100)));
}

TEST_F(StatusText, OfNoRun) {
  EXPECT_EQ(status_to_text({}, moment(0)), "no run yet\n");
  EXPECT_EQ(status_to_json({}, moment(0)), "null\n");
}

}  // namespace
}  // namespace rota
