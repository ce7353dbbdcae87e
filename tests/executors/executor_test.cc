// SPDX-License-Identifier: Apache-2.0
// What every executor promises its runner.
#include "executor/executor.h"

#include "executor/inline_executor.h"
#include "executor/process_executor.h"
#include "os/temporary_folder.h"
#include <rota/task_registry.h>

#include <fstream>
#include <functional>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Clock = Executor::Clock;
using namespace std::chrono_literals;

constexpr auto kLong = 60s;

struct ExecutorUnderTest {
  std::string name;
  std::function<std::unique_ptr<Executor>(std::size_t slots, const std::filesystem::path& root)>
      make;
};

void PrintTo(const ExecutorUnderTest& executor, std::ostream* out) { *out << executor.name; }

std::unique_ptr<Executor> make_processes(std::size_t slots, const std::filesystem::path& root) {
  return make_process_executor(
      {.slots = slots, .program = {"/proc/self/exe"}, .project_root = root, .grace = 200ms});
}

class ExecutorTest : public ::testing::TestWithParam<ExecutorUnderTest> {
 protected:
  void start(std::size_t slots) { executor_ = GetParam().make(slots, folder_.path()); }
  bool has_processes() const { return GetParam().name != "inline"; }

  ExecutionRequest request(std::uint64_t number, Arguments arguments = {}) const {
    return {.number = number,
            .task_class = TaskRegistry::process().get_task_class("t_obedient"),
            .arguments = std::move(arguments),
            .task_run_id = "run-" + std::to_string(number),
            .project_root = folder_.path(),
            .output_file = ".rota/output/" + std::to_string(number) + ".txt",
            .is_fresh = GetParam().name == "fresh"};
  }

  // Polls until `is_enough`, and keeps all reports.
  void poll_until(const std::function<bool()>& is_enough) {
    const auto give_up = Clock::now() + kLong;
    while (!is_enough()) {
      ASSERT_LT(Clock::now(), give_up) << "waited in vain";
      std::vector<ExecutionReport> reports;
      executor_->poll(Clock::now() + 5s, reports);
      for (ExecutionReport& report : reports) {
        if (report.kind == ExecutionReport::Kind::ended) {
          EXPECT_TRUE(ends_.emplace(report.number, report).second) << "ended twice";
        } else {
          EXPECT_FALSE(ends_.contains(report.number)) << "told after its end";
        }
        all_.push_back(std::move(report));
      }
    }
  }
  void poll_until_ended(std::size_t count) {
    poll_until([&] { return ends_.size() >= count; });
  }
  const ExecutionReport& run(const ExecutionRequest& one) {
    executor_->submit(one);
    poll_until([&] { return ends_.contains(one.number); });
    return ends_.at(one.number);
  }
  std::size_t begun() const {
    return static_cast<std::size_t>(
        std::ranges::count(all_, ExecutionReport::Kind::began, &ExecutionReport::kind));
  }
  void make(const std::string& name) { std::ofstream(folder_.path() / name) << "x"; }

  TemporaryFolder folder_;
  std::unique_ptr<Executor> executor_;
  std::map<std::uint64_t, ExecutionReport> ends_;
  std::vector<ExecutionReport> all_;
};

TEST_P(ExecutorTest, TellsWhatASuccessMadeAndUsed) {
  start(1);
  const ExecutionReport& report = run(request(1, {{"make", "made.txt"}}));
  EXPECT_EQ(report.end.state, ExecutionState::success) << report.end.message;
  EXPECT_EQ(report.end.metrics, R"({"answer":42})");
  ASSERT_EQ(report.end.outputs.size(), 1U);
  EXPECT_EQ(report.end.outputs[0].path, "made.txt");
  EXPECT_EQ(report.end.outputs[0].size_bytes, 4U);
  EXPECT_EQ(report.failure, 0U);
  EXPECT_EQ(report.worker, 1U);
  if (has_processes()) {
    EXPECT_GT(report.end.peak_memory_bytes.value_or(0), 0U);
    EXPECT_GE(report.end.cpu_time.value_or(-1us), 0us);
  }
}

TEST_P(ExecutorTest, TellsWhyOneFailed) {
  start(1);
  const ExecutionReport& told = run(request(1, {{"fail", true}}));
  EXPECT_EQ(told.end.state, ExecutionState::failed);
  EXPECT_EQ(told.end.message, "obey: failed as told");
  EXPECT_EQ(told.failure, RetryOn::kError);
  EXPECT_THAT(run(request(2, {{"throw", true}})).end.message, HasSubstr("thrown"));
}

TEST_P(ExecutorTest, OneThatCannotBeMadeFails) {
  start(1);
  ExecutionRequest one = request(1);
  one.task_class =
      make_task_class({.task_id = "t_unknown"}, [](const Arguments&) -> std::unique_ptr<BaseTask> {
        throw std::runtime_error("no licence");
      });
  const ExecutionReport& report = run(one);
  EXPECT_EQ(report.end.state, ExecutionState::failed);
  EXPECT_FALSE(report.end.message.empty());
}

TEST_P(ExecutorTest, GivesMessagesInOrderBetweenBeginningAndEnd) {
  start(1);
  run(request(1, {{"say", "hello"}, {"times", 3}}));
  std::vector<ExecutionReport::Kind> kinds;
  for (const ExecutionReport& report : all_) kinds.push_back(report.kind);
  using Kind = ExecutionReport::Kind;
  EXPECT_THAT(kinds,
              ElementsAre(Kind::began, Kind::logged, Kind::logged, Kind::logged, Kind::ended));
  EXPECT_EQ(all_[1].message, "hello");
}

TEST_P(ExecutorTest, RunsEveryOneOnce) {
  start(3);
  for (std::uint64_t number = 1; number <= 100; ++number) executor_->submit(request(number));
  poll_until_ended(100);
  EXPECT_EQ(begun(), 100U);
  for (const auto& [number, report] : ends_)
    EXPECT_EQ(report.end.state, ExecutionState::success) << report.end.message;
}

TEST_P(ExecutorTest, RunsAsManyAtATimeAsItHasSlots) {
  start(2);
  for (std::uint64_t number = 1; number <= 3; ++number)
    executor_->submit(request(number, {{"await", "go"}}));
  poll_until([&] { return begun() == 2; });
  std::vector<ExecutionReport> more;
  executor_->poll(Clock::now() + 50ms, more);
  EXPECT_TRUE(more.empty());
  make("go");
  poll_until_ended(3);
}

TEST_P(ExecutorTest, BeginsInTheOrderOfSubmission) {
  start(1);
  for (std::uint64_t number = 1; number <= 20; ++number) executor_->submit(request(number));
  poll_until_ended(20);
  std::vector<std::uint64_t> order;
  for (const ExecutionReport& report : all_) {
    if (report.kind == ExecutionReport::Kind::began) order.push_back(report.number);
  }
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST_P(ExecutorTest, WhatIsWithdrawnNeverBegins) {
  start(1);
  executor_->submit(request(1, {{"await", "go"}}));
  executor_->submit(request(2));
  poll_until([&] { return begun() == 1; });
  executor_->cancel(1, CancelStep::withdraw);
  executor_->cancel(2, CancelStep::withdraw);
  poll_until_ended(1);
  EXPECT_EQ(ends_.at(2).end.state, ExecutionState::cancelled);
  make("go");
  poll_until_ended(2);
  EXPECT_EQ(ends_.at(1).end.state, ExecutionState::success);
  EXPECT_EQ(begun(), 1U);
}

TEST_P(ExecutorTest, OneThatIsAskedToEndIsCancelled) {
  start(1);
  executor_->submit(request(1, {{"until_stopped", true}}));
  poll_until([&] { return begun() == 1; });
  executor_->cancel(1, CancelStep::terminate);
  poll_until_ended(1);
  EXPECT_EQ(ends_.at(1).end.state, ExecutionState::cancelled) << ends_.at(1).end.message;
  EXPECT_EQ(ends_.at(1).failure, 0U);
  EXPECT_EQ(run(request(2)).end.state, ExecutionState::success);  // the next one is not
}

TEST_P(ExecutorTest, OneThatTakesTooLongEndsAsTimeout) {
  start(1);
  ExecutionRequest one = request(1, {{"until_stopped", true}});
  one.limits.timeout = 50ms;
  const ExecutionReport& report = run(one);
  EXPECT_EQ(report.end.state, ExecutionState::timeout);
  EXPECT_THAT(report.end.message, HasSubstr("timeout of 50ms"));
  EXPECT_EQ(report.failure, RetryOn::kTimeout);
  EXPECT_EQ(run(request(2)).end.state, ExecutionState::success);
}

TEST_P(ExecutorTest, ComesBackWhenItIsWokenAndAtItsDeadline) {
  start(1);
  std::vector<ExecutionReport> reports;
  executor_->wake();
  executor_->poll(Clock::time_point::max(), reports);
  executor_->poll(Clock::now() + 5ms, reports);
  EXPECT_TRUE(reports.empty());
}

TEST_P(ExecutorTest, AChildOfATaskThatIsAskedToEndEndsAloneAndAtOnce) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer keeps signals back in a child of a process with threads";
#endif
  start(1);
  const ExecutionReport& report = run(request(1, {{"end_a_child", true}}));
  EXPECT_EQ(report.end.state, ExecutionState::success);
  EXPECT_THAT(report.end.metrics, HasSubstr("\"child\":" + std::to_string(SIGTERM)));
}

TEST_P(ExecutorTest, CancellingOneThatHasEndedDoesNothing) {
  start(1);
  run(request(1));
  executor_->cancel(1, CancelStep::kill);
  EXPECT_EQ(run(request(2)).end.state, ExecutionState::success);
}

TEST_P(ExecutorTest, NothingIsLeftOfADeadRunnerThatNeverWas) {
  start(1);
  EXPECT_EQ(executor_->reconcile({}).problem, "");
}

TEST_P(ExecutorTest, MayBeDestroyedWithWorkWaiting) {
  start(1);
  for (std::uint64_t number = 1; number <= 5; ++number) executor_->submit(request(number));
  poll_until([&] { return begun() >= 1; });
  executor_.reset();
}

INSTANTIATE_TEST_SUITE_P(Every, ExecutorTest,
                         ::testing::Values(ExecutorUnderTest{"inline",
                                                             [](std::size_t slots,
                                                                const std::filesystem::path&) {
                                                               return make_inline_executor(slots);
                                                             }},
                                           ExecutorUnderTest{"process", make_processes},
                                           ExecutorUnderTest{"fresh", make_processes}),
                         [](const auto& info) { return info.param.name; });

class ProcessExecutorTest : public ExecutorTest {};

TEST_P(ProcessExecutorTest, ACrashFailsOneAndAnotherWorkerTakesOver) {
  start(1);
  const ExecutionReport& report = run(request(1, {{"crash", true}, {"print", "the last words"}}));
  EXPECT_EQ(report.end.state, ExecutionState::failed);
  EXPECT_EQ(report.end.signal, SIGABRT);
  EXPECT_EQ(report.failure, RetryOn::kCrash);
  EXPECT_THAT(report.end.message, HasSubstr("it crashed (SIGABRT"));
  EXPECT_EQ(run(request(2)).end.state, ExecutionState::success);
}

TEST_P(ProcessExecutorTest, KeepsWhatEachPrints) {
  start(1);
  run(request(1, {{"print", "first"}}));
  run(request(2, {{"print", "second"}}));
  run(request(3));
  const auto content = [](const std::string& path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  EXPECT_EQ(content(ends_.at(1).end.output_path), "first\n");
  EXPECT_EQ(content(ends_.at(2).end.output_path), "second\n");
  EXPECT_EQ(ends_.at(3).end.output_path, "");
}

TEST_P(ProcessExecutorTest, TakesArgumentsBiggerThanItsConnectionHolds) {
  start(1);
  const std::string big(std::size_t{4} << 20U, 'x');
  EXPECT_EQ(run(request(1, {{"unused", big}})).end.state, ExecutionState::success);
  const std::string too_big(std::size_t{65} << 20U, 'x');
  EXPECT_THAT(run(request(2, {{"unused", too_big}})).end.message, HasSubstr("too big"));
}

TEST_P(ProcessExecutorTest, APluginThatIsNotThereFailsItsTasksOnly) {
  start(1);
  ExecutionRequest one = request(1);
  class Elsewhere : public TaskClass {
   public:
    Elsewhere() : TaskClass(TaskMetadata{.task_id = "t_elsewhere"}) {}
    std::string location() const override { return "/nowhere/plugin.so"; }
    TaskClassPtr with_task_id(std::string) const override { return nullptr; }
    std::unique_ptr<BaseTask> construct(const Arguments&) const override { return nullptr; }
  };
  one.task_class = std::make_shared<Elsewhere>();
  EXPECT_THAT(run(one).end.message, HasSubstr("/nowhere"));
  EXPECT_EQ(run(request(2)).end.state, ExecutionState::success);
}

TEST_P(ProcessExecutorTest, AProgramThatIsNoWorkerIsNamed) {
  executor_ =
      make_process_executor({.slots = 1, .program = {"/bin/true"}, .project_root = folder_.path()});
  const ExecutionReport& report = run(request(1));
  EXPECT_EQ(report.end.state, ExecutionState::failed);
  EXPECT_THAT(report.end.message, HasSubstr("/bin/true"));
}

TEST_P(ProcessExecutorTest, AProgramThatIsNotThereIsAnError) {
  EXPECT_THROW(
      make_process_executor({.slots = 1, .program = {"/nowhere"}, .project_root = folder_.path()}),
      std::system_error);
}

INSTANTIATE_TEST_SUITE_P(Every, ProcessExecutorTest,
                         ::testing::Values(ExecutorUnderTest{"process", make_processes},
                                           ExecutorUnderTest{"fresh", make_processes}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rota
