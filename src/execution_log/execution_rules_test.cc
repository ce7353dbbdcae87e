// SPDX-License-Identifier: Apache-2.0
#include "execution_log/execution_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ExecutionEnd end_of(int state) {
  ExecutionEnd end;
  end.state = static_cast<ExecutionState>(state);
  return end;
}

TEST(ExecutionRules, WhatHasBegunEndsInOneOfFiveStates) {
  for (int state = 0; state <= 10; ++state) {
    if (state >= 2 && state <= 6) {
      EXPECT_NO_THROW(check_end_of_begun(end_of(state), "memory"));
    } else {
      EXPECT_THROW(check_end_of_begun(end_of(state), "memory"), LogError) << state;
    }
  }
}

TEST(ExecutionRules, AWholeExecutionHasAnyFinalState) {
  for (int state = 0; state <= 10; ++state) {
    if (state >= 2 && state <= 9) {
      EXPECT_NO_THROW(check_whole_end(end_of(state), "memory"));
    } else {
      EXPECT_THROW(check_whole_end(end_of(state), "memory"), LogError) << state;
    }
  }
}

TEST(ExecutionRules, ASizeThatNoDatabaseHoldsIsRefusedByName) {
  ExecutionEnd end;
  end.outputs = {{"fits", 0x7FFF'FFFF'FFFF'FFFFU, 0}, {"too\nbig", 0x8000'0000'0000'0000U, 0}};
  try {
    check_whole_end(end, "/a/log.db");
    ADD_FAILURE() << "taken";
  } catch (const LogError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/a/log.db"));
    EXPECT_THAT(error.what(), HasSubstr("'too\\nbig'"));
  }
}

TEST(ExecutionRules, MeasuresThatNoDatabaseHoldsAreRefused) {
  const auto error_of = [](const ExecutionEnd& end) -> std::string {
    try {
      check_end_of_begun(end, "memory");
    } catch (const LogError& error) {
      return error.what();
    }
    return "taken";
  };
  EXPECT_EQ(error_of({.cpu_time = std::chrono::microseconds(0),
                      .peak_memory_bytes = 0x7FFF'FFFF'FFFF'FFFFU}),
            "taken");
  EXPECT_THAT(error_of({.peak_memory_bytes = 0x8000'0000'0000'0000U}), HasSubstr("peak memory"));
  EXPECT_THAT(error_of({.cpu_time = std::chrono::microseconds(-1)}), HasSubstr("CPU time of -1"));
}

TEST(ExecutionRules, TheMessageOfARunningTaskNamesTaskHostProcessAndTimeInOneLine) {
  Execution active;
  active.start.task_id = "t_1\nx";
  active.owner = {"mill", "boot", 4242, 7};
  active.started_at = TimePoint(std::chrono::microseconds(1'795'413'600'999'999));
  const std::string message = already_running_message(active);
  EXPECT_THAT(message, HasSubstr("'t_1\\nx'"));
  EXPECT_THAT(message, HasSubstr("mill"));
  EXPECT_THAT(message, HasSubstr("4242"));
  EXPECT_THAT(message, HasSubstr("2026-11-23 06:00:00 UTC"));
  EXPECT_THAT(message, Not(HasSubstr("\n")));
}

TEST(ExecutionRules, OnlyAnActiveExecutionOfADeadOwnerIsShownAsLost) {
  Owners owners;
  owners.is_dead = [](const Owner& owner) { return owner.pid == 1; };
  Execution execution;
  execution.end.state = ExecutionState::running;
  execution.owner.pid = 2;
  show_lost_if_owner_is_dead(execution, owners);
  EXPECT_EQ(execution.state(), ExecutionState::running);
  execution.owner.pid = 1;
  show_lost_if_owner_is_dead(execution, owners);
  EXPECT_EQ(execution.state(), ExecutionState::lost);
  EXPECT_EQ(execution.end.message, "its process (pid 1) ended without a word");
  EXPECT_FALSE(execution.finished_at);
  execution.end.state = ExecutionState::success;
  show_lost_if_owner_is_dead(execution, owners);
  EXPECT_EQ(execution.state(), ExecutionState::success);
}

}  // namespace
}  // namespace rota
