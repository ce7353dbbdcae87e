// SPDX-License-Identifier: Apache-2.0
#include "graph/test_tasks.h"
#include <rota/unlogged_run.h>

#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_tasks::error_of;
using enum UnloggedState;

using Work = std::function<OperationResult(OperationContext&)>;

class WorkTask : public BaseTask {
 public:
  explicit WorkTask(Work work) : work_(std::move(work)) {}
  void configure_operations() override { add_operation("work", work_); }

 private:
  Work work_;
};

class UnloggedRunTest : public ::testing::Test {
 protected:
  Work note(std::string name) {
    return [this, name](OperationContext&) {
      const std::lock_guard lock(mutex_);
      ran_.push_back(name);
      return OperationResult::success();
    };
  }
  void add(std::string task_id, std::vector<std::string> dependencies, Work work) {
    classes_.push_back(
        make_task_class({.task_id = std::move(task_id), .dependencies = std::move(dependencies)},
                        [work](const Arguments&) { return std::make_unique<WorkTask>(work); }));
  }
  Graph graph() const { return Graph(classes_); }

  std::mutex mutex_;
  std::vector<std::string> ran_;
  std::vector<TaskClassPtr> classes_;
};

TEST_F(UnloggedRunTest, GivesEachTaskALifeAfterAllThatItNeeds) {
  add("t_report", {"t_clean"}, note("report"));
  add("t_clean", {"t_import"}, note("clean"));
  add("t_import", {}, note("import"));
  const UnloggedSummary summary = run_unlogged(graph(), {.threads = 2});
  EXPECT_TRUE(summary.succeeded());
  EXPECT_THAT(summary.states, ElementsAre(succeeded, succeeded, succeeded));
  EXPECT_THAT(ran_, ElementsAre("import", "clean", "report"));
}

TEST_F(UnloggedRunTest, TellsWhatFailedAndRunsAllThatDoesNotNeedIt) {
  add("t_1", {}, [](OperationContext&) { return OperationResult::error("no disk"); });
  add("t_2", {"t_1"}, note("2"));
  add("t_3", {}, note("3"));
  classes_.push_back(
      make_task_class({.task_id = "t_4"}, [](const Arguments&) -> std::unique_ptr<BaseTask> {
        throw std::runtime_error("no memory");
      }));
  set_log_sink([](LogLevel, std::string_view, std::string_view) {});
  const UnloggedSummary summary = run_unlogged(graph(), {.threads = 2});
  EXPECT_FALSE(summary.succeeded());
  EXPECT_THAT(summary.states, ElementsAre(failed, upstream_failed, succeeded, failed));
  ASSERT_EQ(summary.failures.size(), 2U);
  EXPECT_EQ(summary.failures[0].task, 0U);
  EXPECT_EQ(summary.failures[0].message, "no disk");
  EXPECT_THAT(summary.failures[1].message, HasSubstr("no memory"));
  EXPECT_THAT(ran_, ElementsAre("3"));
}

TEST_F(UnloggedRunTest, HandsEachTaskItsArguments) {
  std::int64_t threads = 0;
  add("t_1", {}, [&](OperationContext& operation) {
    threads = operation.arguments().get<std::int64_t>("threads");
    return OperationResult::success();
  });
  EXPECT_TRUE(run_unlogged(graph(), {.arguments = {{"t_1", {{"threads", 4}}}}}).succeeded());
  EXPECT_EQ(threads, 4);
  EXPECT_EQ(error_of<ArgumentError>([&] {
              run_unlogged(graph(), {.arguments = {{"t_9", {}}}});
            }),
            "there are arguments for task t_9, which is not in the graph; leave them out");
}

TEST_F(UnloggedRunTest, ACancellationReachesTheTaskThatRunsAndEndsTheRun) {
  std::stop_source cancel;
  add("t_1", {}, [&](OperationContext& operation) {
    cancel.request_stop();
    return operation.cancelled() ? OperationResult::error("cancelled") : OperationResult::success();
  });
  add("t_2", {}, note("2"));
  set_log_sink([](LogLevel, std::string_view, std::string_view) {});
  const UnloggedSummary summary =
      run_unlogged(graph(), {.threads = 1, .cancel = cancel.get_token()});
  EXPECT_THAT(summary.states, ElementsAre(failed, not_run));
}

TEST_F(UnloggedRunTest, AStopLetsWhatRunsEnd) {
  std::stop_source stop;
  add("t_1", {}, [&](OperationContext& operation) {
    stop.request_stop();
    return operation.cancelled() ? OperationResult::error("cancelled") : OperationResult::success();
  });
  add("t_2", {"t_1"}, note("2"));
  const UnloggedSummary summary = run_unlogged(graph(), {.threads = 2, .stop = stop.get_token()});
  EXPECT_THAT(summary.states, ElementsAre(succeeded, not_run));
}

}  // namespace
}  // namespace rota
