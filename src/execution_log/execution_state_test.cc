// SPDX-License-Identifier: Apache-2.0
#include <rota/execution_log.h>

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(ExecutionState, NumbersAndNamesAreThoseThatAreStored) {
  const char* const names[] = {"submitted",       "running",   "success", "failed",
                               "timeout",         "cancelled", "lost",    "skipped_up_to_date",
                               "upstream_failed", "blocked"};
  for (int number = 0; number < 10; ++number) {
    EXPECT_EQ(to_string(static_cast<ExecutionState>(number)), names[number]);
    EXPECT_EQ(parse_execution_state(names[number]), static_cast<ExecutionState>(number));
  }
}

TEST(ExecutionState, OtherNamesAreNone) {
  EXPECT_EQ(parse_execution_state(""), std::nullopt);
  EXPECT_EQ(parse_execution_state("Success"), std::nullopt);
  EXPECT_EQ(parse_execution_state("success "), std::nullopt);
}

TEST(ExecutionState, OnlySubmittedAndRunningAreActive) {
  for (int number = 0; number < 10; ++number) {
    EXPECT_EQ(is_active(static_cast<ExecutionState>(number)), number < 2);
  }
}

}  // namespace
}  // namespace rota
