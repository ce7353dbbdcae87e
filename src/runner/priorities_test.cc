// SPDX-License-Identifier: Apache-2.0
#include "runner/priorities.h"

#include <rota/graph.h>

#include <chrono>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using std::chrono::microseconds;

// A chain t_00000, t_00001 ..., each of which needs the one before it, and has succeeded in so many microseconds as
// its number; all are to run again.
class PrioritiesTest : public ::testing::Test {
 protected:
  static std::string id_of(std::size_t number) { return fmt::format("t_{:05}", number); }

  Plan chain(std::size_t size) {
    std::vector<TaskClassPtr> classes;
    for (std::size_t number = 0; number < size; ++number) {
      TaskMetadata metadata{.task_id = id_of(number)};
      if (number > 0) metadata.dependencies.push_back(id_of(number - 1));
      classes.push_back(
          make_task_class(std::move(metadata),
                          [](const Arguments&) -> std::unique_ptr<BaseTask> { return nullptr; }));
    }
    return make_plan(Graph(std::move(classes)), *log_, {.force = true, .project_root = "/tmp"});
  }
  void record(std::size_t number, microseconds duration) {
    log_->record_task_execution({.task_id = id_of(number)}, {.duration = duration});
  }
  std::int64_t length(const Plan& plan, std::size_t number) {
    return critical_path_lengths(plan, *log_)[plan.graph.find(id_of(number)).value()];
  }

  std::unique_ptr<ExecutionLog> log_ = open_memory_log();
};

TEST_F(PrioritiesTest, ATaskTakesTheMedianOfItsLastSuccesses) {
  for (const int duration : {900, 10, 20, 30, 40, 1000}) record(2, microseconds(duration));
  const Plan plan = chain(3);
  EXPECT_EQ(length(plan, 2), 30);
}

TEST_F(PrioritiesTest, AWayIsAsLongAsAllOnIt) {
  for (std::size_t number = 0; number < 10; ++number) record(number, microseconds(number + 1));
  const Plan plan = chain(10);
  EXPECT_EQ(length(plan, 9), 10);
  EXPECT_EQ(length(plan, 7), 8 + 9 + 10);
  EXPECT_EQ(length(plan, 0), 55);
}

TEST_F(PrioritiesTest, OfManyTasksTheLatestSuccessOfEachCounts) {
  constexpr std::size_t kSize = kMaxTasksLookedUp + 10;
  for (std::size_t number = 0; number < kSize; ++number) {
    record(number, microseconds(70'000));
    record(number, microseconds(number + 1));
  }
  const Plan plan = chain(kSize);
  ASSERT_GT(plan.count_to_run(), kMaxTasksLookedUp);
  EXPECT_EQ(length(plan, kSize - 1), static_cast<std::int64_t>(kSize));
  EXPECT_EQ(length(plan, kSize - 3), static_cast<std::int64_t>(3 * kSize - 3));
}

TEST_F(PrioritiesTest, ATaskThatNeverSucceededTakesAsLongAsATypicalOne) {
  for (const std::size_t number : {0U, 1U, 2U}) record(number, microseconds(100));
  const Plan plan = chain(5);
  EXPECT_EQ(length(plan, 4), 100);
  EXPECT_EQ(length(plan, 3), 200);
}

}  // namespace
}  // namespace rota
