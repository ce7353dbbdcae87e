// SPDX-License-Identifier: Apache-2.0
// Each rule is broken in turn, and exactly that is found.
#include "execution_log/log_rules.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// "a" ended with 2, "b" ended with 4 and was changed with 6, "c" began with 5 and is active.
std::deque<Execution> sound_executions() {
  std::deque<Execution> executions(3);
  for (std::size_t index = 0; index < 3; ++index) {
    Execution& execution = executions[index];
    execution.task_run_id = std::string(1, static_cast<char>('a' + index));
    execution.start.task_id = "t";
    execution.epoch = 1;
    execution.started_sequence = static_cast<std::int64_t>(2 * index + 1);
    execution.finished_sequence = execution.started_sequence + 1;
    execution.changed_sequence = execution.finished_sequence;
    execution.finished_at = TimePoint();
  }
  executions[1].changed_sequence = 6;
  executions[2].end.state = ExecutionState::running;
  executions[2].finished_sequence = 0;
  executions[2].finished_at.reset();
  executions[2].changed_sequence = 5;
  return executions;
}

struct Damage {
  std::function<void(std::deque<Execution>&)> make;
  std::string rule;
  std::string run;
  std::string message;
};

TEST(LogRules, ASoundLogHasNoFindings) {
  EXPECT_THAT(find_broken_rules(sound_executions(), 6), IsEmpty());
  EXPECT_THAT(find_broken_rules({}, 0), IsEmpty());
}

TEST(LogRules, EachRuleThatIsBrokenIsFoundAndNoOther) {
  const Damage damages[] = {
      {[](auto& all) { all[1].changed_sequence = 7; }, "sequence", "b", "the number 7"},
      {[](auto& all) { all[1].finished_sequence = 2; }, "sequence", "b", "not after its start, 3"},
      {[](auto& all) { all[1].finished_sequence = 5; }, "sequence", "c", "given to b too"},
      {[](auto& all) { all[1].changed_sequence = 5; }, "sequence", "c", "given to b too"},
      {[](auto& all) { all[0].end.state = ExecutionState(10); }, "state", "a", "no state 10"},
      {[](auto& all) { all[0].epoch = 0; }, "state", "a", "epoch is 0"},
      {[](auto& all) { all[0].tags = "[]"; }, "tags", "a", "no JSON object"},
      {[](auto& all) { all[0].start.arguments = "x"; }, "arguments", "a", "no JSON object"},
      {[](auto& all) { all[0].end.metrics = ""; }, "metrics", "a", "no JSON object"},
      {[](auto& all) { all[0].started_at = TimePoint(std::chrono::microseconds(1)); }, "times", "a",
       "it began at 1 and ended before, at 0"},
      {[](auto& all) { all[2].started_at = TimePoint(std::chrono::microseconds(-1)); }, "times",
       "c", "its start is at -1"},
      {[](auto& all) { all[0].finished_at = TimePoint(std::chrono::hours(24 * 365 * 9000)); },
       "times", "a", "its end is at 283824000000000000"},
      {[](auto& all) { all[0].finished_at.reset(); }, "end", "a", "it has ended, but"},
      {[](auto& all) { all[2].finished_at = TimePoint(); }, "end", "c", "active and has an end"},
      {[](auto& all) {
         all[0].end.state = ExecutionState::submitted;
         all[0].finished_sequence = 0;
         all[0].finished_at.reset();
       },
       "active", "c", "the same arguments as a too"},
  };
  for (const Damage& damage : damages) {
    std::deque<Execution> executions = sound_executions();
    damage.make(executions);
    std::vector<LogFinding> found = find_broken_rules(executions, 6);
    // An end before its start takes a number that was given before, too.
    if (damage.message == "not after its start, 3") found.resize(1);
    ASSERT_THAT(found, SizeIs(1)) << damage.message;
    EXPECT_EQ(found[0].rule, damage.rule);
    EXPECT_EQ(found[0].task_run_id, damage.run);
    EXPECT_THAT(found[0].message, HasSubstr(damage.message));
  }
}

TEST(LogRules, AChangeBeforeTheEndIsFound) {
  std::deque<Execution> executions = sound_executions();
  executions[0].changed_sequence = 1;
  const std::vector<LogFinding> found = find_broken_rules(executions, 6);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].message, HasSubstr("its last change has the number 1, which is before 2"));
}

}  // namespace
}  // namespace rota
