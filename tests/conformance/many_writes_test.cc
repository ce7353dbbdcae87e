// SPDX-License-Identifier: Apache-2.0
// Several writes in one step.
#include "logs_under_test.h"

#include <vector>

namespace rota {
namespace {

using Kind = ExecutionChange::Kind;

class ManyWritesTest : public ConformanceTest {};
ROTA_TEST_ON_ALL_LOGS(ManyWritesTest);

ExecutionChange beginning(const std::string& task) {
  return {.kind = Kind::begin, .start = {.task_id = task}};
}

TEST_P(ManyWritesTest, EachIsMadeAsIfItWereMadeAloneInTheirOrder) {
  const ExecutionHandle first = begin("t_1");
  std::vector<ExecutionChange> changes{
      {.kind = Kind::finish, .end = {.state = ExecutionState::success}, .handle = first},
      beginning("t_2"),
      {.kind = Kind::record,
       .start = {.task_id = "t_3"},
       .end = {.state = ExecutionState::upstream_failed}}};
  log_->write_executions(changes);
  for (const ExecutionChange& change : changes) EXPECT_TRUE(change.done && !change.error);
  const Execution ended = find(first);
  EXPECT_EQ(ended.state(), ExecutionState::success);
  const Execution begun = find(changes[1].handle);
  EXPECT_EQ(begun.state(), ExecutionState::running);
  EXPECT_LT(ended.finished_sequence, begun.started_sequence);
  EXPECT_EQ(log_->find_execution(changes[2].handle.task_run_id)->state(),
            ExecutionState::upstream_failed);
}

TEST_P(ManyWritesTest, OneThatIsRefusedTakesNothingOfTheOthersWithIt) {
  begin("t_busy");
  const ExecutionHandle ended = begin("t_ended");
  finish(ended);
  std::vector<ExecutionChange> changes{
      beginning("t_1"),
      beginning("t_busy"),
      beginning("t_1"),
      {.kind = Kind::finish, .end = {.state = ExecutionState::running}, .handle = ended},
      {.kind = Kind::finish, .end = {.state = ExecutionState::failed}, .handle = ended},
      beginning("t_2")};
  log_->write_executions(changes);
  EXPECT_TRUE(changes[0].done);
  EXPECT_THROW(std::rethrow_exception(changes[1].error), AlreadyRunningError);
  EXPECT_THROW(std::rethrow_exception(changes[2].error), AlreadyRunningError);
  EXPECT_THROW(std::rethrow_exception(changes[3].error), LogError);
  EXPECT_FALSE(changes[4].done || changes[4].error);
  EXPECT_TRUE(changes[5].done);
  EXPECT_EQ(find(ended).state(), ExecutionState::success);
  EXPECT_EQ(find(changes[5].handle).state(), ExecutionState::running);
}

}  // namespace
}  // namespace rota
