// SPDX-License-Identifier: Apache-2.0
#include "os/temporary_folder.h"
#include <rota/runner.h>

#include <atomic>
#include <barrier>
#include <mutex>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kRandomGraphs = 300;
#else
constexpr int kRandomGraphs = 2'000;
#endif

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Runs functions as tasks, and keeps the order in which they began and ended.
class RunnerTest : public ::testing::Test {
 protected:
  using Work = std::function<OperationResult(OperationContext&)>;

  class FunctionTask : public BaseTask {
   public:
    explicit FunctionTask(Work work) : work_(std::move(work)) {}
    void configure_operations() override { add_operation("work", work_); }

   private:
    Work work_;
  };

  void add(const std::string& id, std::vector<std::string> dependencies, Work work = {}) {
    const auto traced = [this, id, work = std::move(work)](OperationContext& operation) {
      note("begin " + id);
      const OperationResult result = work ? work(operation) : OperationResult::success();
      note("end " + id);
      return result;
    };
    registry_.register_task_class(make_task_class(
        {.task_id = id, .dependencies = std::move(dependencies)},
        [traced](const Arguments&) { return std::make_unique<FunctionTask>(traced); }));
  }
  Plan plan() { return make_plan(build_graph(registry_), *log_, {.project_root = "/tmp"}); }
  RunSummary run_all(RunOptions options = {}) {
    options.project_root = "/tmp";
    return run(plan(), registry_, *log_, options);
  }
  ExecutionState state(const RunSummary& summary, const std::string& id) {
    return summary.outcomes.at(build_graph(registry_).find(id).value()).state;
  }
  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    trace_.push_back(what);
  }
  static OperationResult fail(OperationContext&) { return OperationResult::error("broken"); }

  std::unique_ptr<ExecutionLog> log_ = open_memory_log();
  TaskRegistry registry_;
  std::mutex mutex_;
  std::vector<std::string> trace_;
};

TEST_F(RunnerTest, RunsEachTaskAfterAllThatItNeeds) {
  add("t_c", {"t_a", "t_b"});
  add("t_b", {"t_a"});
  add("t_a", {});
  const RunSummary summary = run_all({.jobs = 4});
  EXPECT_TRUE(summary.succeeded());
  EXPECT_THAT(trace_,
              ElementsAre("begin t_a", "end t_a", "begin t_b", "end t_b", "begin t_c", "end t_c"));
  EXPECT_EQ(summary.count(ExecutionState::success), 3U);
}

TEST_F(RunnerTest, RunsAsManyAtATimeAsThereAreJobs) {
  std::barrier together(3);
  for (const char* id : {"t_a", "t_b", "t_c"}) {
    add(id, {}, [&](OperationContext&) {
      together.arrive_and_wait();  // never comes back unless all three run at once
      return OperationResult::success();
    });
  }
  EXPECT_TRUE(run_all({.jobs = 3}).succeeded());
}

TEST_F(RunnerTest, WithOneJobRunsOneAfterTheOther) {
  for (const char* id : {"t_a", "t_b", "t_c"}) add(id, {});
  run_all({.jobs = 1});
  EXPECT_THAT(trace_,
              ElementsAre("begin t_a", "end t_a", "begin t_b", "end t_b", "begin t_c", "end t_c"));
}

TEST_F(RunnerTest, AFailureStopsWhatDependsOnItAndNothingElse) {
  add("t_a", {}, fail);
  add("t_b", {"t_a"});
  add("t_c", {"t_b"});
  add("t_d", {});
  add("t_e", {"t_d"});
  const RunSummary summary = run_all({.jobs = 2});
  EXPECT_FALSE(summary.succeeded());
  EXPECT_EQ(state(summary, "t_a"), ExecutionState::failed);
  EXPECT_EQ(state(summary, "t_b"), ExecutionState::upstream_failed);
  EXPECT_EQ(state(summary, "t_c"), ExecutionState::upstream_failed);
  EXPECT_EQ(state(summary, "t_e"), ExecutionState::success);
  EXPECT_EQ(log_->get_task_execution_history({.task_id = "t_c"}).at(0).state(),
            ExecutionState::upstream_failed);
  EXPECT_EQ(log_->get_task_execution_history({.task_id = "t_c"}).at(0).end.message, "t_a failed");
}

TEST_F(RunnerTest, RunsNothingTwice) {
  add("t_a", {});
  add("t_b", {"t_a"});
  EXPECT_TRUE(run_all().succeeded());
  trace_.clear();
  const RunSummary again = run_all();
  EXPECT_TRUE(trace_.empty());
  EXPECT_TRUE(again.succeeded());
  EXPECT_EQ(again.count(ExecutionState::skipped_up_to_date), 2U);
  EXPECT_EQ(log_->get_task_execution_history({}).size(), 2U);
}

TEST_F(RunnerTest, GoesOnAfterAFailureWhereItStopped) {
  std::atomic<bool> broken{true};
  add("t_a", {});
  add("t_b", {"t_a"}, [&](OperationContext&) {
    return broken ? OperationResult::error("broken") : OperationResult::success();
  });
  add("t_c", {"t_b"});
  EXPECT_FALSE(run_all().succeeded());
  broken = false;
  trace_.clear();
  EXPECT_TRUE(run_all().succeeded());
  EXPECT_THAT(trace_, ElementsAre("begin t_b", "end t_b", "begin t_c", "end t_c"));
}

TEST_F(RunnerTest, ATaskThatCannotBeMadeFailsAloneAndIsRecorded) {
  registry_.register_task_class(
      make_task_class({.task_id = "t_a"}, [](const Arguments&) -> std::unique_ptr<BaseTask> {
        throw std::runtime_error("no licence");
      }));
  add("t_b", {});
  const RunSummary summary = run_all();
  EXPECT_EQ(state(summary, "t_a"), ExecutionState::failed);
  EXPECT_EQ(state(summary, "t_b"), ExecutionState::success);
  EXPECT_THAT(log_->find_latest_execution("t_a", false)->end.message, HasSubstr("no licence"));
}

TEST_F(RunnerTest, StopsAfterWhatIsRunningWhenAsked) {
  std::stop_source stop;
  add("t_a", {}, [&](OperationContext& operation) {
    stop.request_stop();
    EXPECT_FALSE(operation.cancelled());
    return OperationResult::success();
  });
  add("t_b", {"t_a"});
  const RunSummary summary = run_all({.stop = stop.get_token()});
  EXPECT_TRUE(summary.interrupted);
  EXPECT_FALSE(summary.succeeded());
  EXPECT_EQ(state(summary, "t_a"), ExecutionState::success);
  EXPECT_EQ(state(summary, "t_b"), ExecutionState::submitted);
  // Its start was written with the end of t_a; it did not begin.
  EXPECT_TRUE(log_->get_task_execution_history({.task_id = "t_b"}).empty());
}

TEST_F(RunnerTest, CancelsWhatIsRunningWhenAsked) {
  std::stop_source cancel;
  add("t_a", {}, [&](OperationContext& operation) {
    cancel.request_stop();
    EXPECT_TRUE(operation.cancelled());
    return OperationResult::error("gave up");
  });
  add("t_b", {"t_a"});
  const RunSummary summary = run_all({.cancel = cancel.get_token()});
  EXPECT_EQ(state(summary, "t_a"), ExecutionState::cancelled);
  EXPECT_EQ(state(summary, "t_b"), ExecutionState::submitted);
  EXPECT_EQ(log_->find_latest_execution("t_a", false)->state(), ExecutionState::cancelled);
}

TEST_F(RunnerTest, TellsWhenATaskRunsElsewhere) {
  add("t_a", {});
  const Plan made = plan();
  log_->begin_execution({.task_id = "t_a", .version = "1.0.0"});
  const RunSummary summary = run(made, registry_, *log_, {.project_root = "/tmp"});
  EXPECT_TRUE(summary.already_running);
  EXPECT_FALSE(summary.succeeded());
  EXPECT_TRUE(trace_.empty());
}

TEST_F(RunnerTest, RefusesAnExecutorThatIsNotThere) {
  add("t_a", {});
  EXPECT_THROW(run_all({.executor = "cloud"}), PlanError);
}

TEST_F(RunnerTest, StartsNoProcessWhereThereIsNothingToDo) {
  add("t_a", {});
  EXPECT_TRUE(run_all().succeeded());
  const RunOptions options{.executor = "process", .worker = {.program = "/nowhere/rota"}};
  EXPECT_TRUE(run_all(options).succeeded());
}

TEST_F(RunnerTest, RefusesAPlanWhoseTasksAreNotRegistered) {
  add("t_a", {});
  const Plan made = plan();
  TaskRegistry empty;
  EXPECT_THROW(run(made, empty, *log_, {.project_root = "/tmp"}), TaskRegistryError);
}

class Watcher : public RunObserver {
 public:
  void run_started(const Plan&, std::string_view run_id) override {
    seen.push_back(run_id.empty() ? "no id" : "run");
  }
  void task_started(const PlanStep&) override { seen.emplace_back("started"); }
  void task_finished(const PlanStep&, const TaskOutcome& outcome) override {
    seen.emplace_back(to_string(outcome.state));
    if (throws) throw std::runtime_error("observer");
  }
  void task_logged(const PlanStep&, LogLevel, std::string_view message) override {
    seen.emplace_back(message);
  }

  std::vector<std::string> seen;
  bool throws = false;
};

TEST_F(RunnerTest, TellsItsObserverWhatHappens) {
  add("t_a", {}, [](OperationContext& operation) {
    operation.logger().info("halfway");
    return OperationResult::success();
  });
  Watcher watcher;
  run_all({.observer = &watcher});
  EXPECT_THAT(watcher.seen, ElementsAre("run", "started", "halfway", "success"));
}

TEST_F(RunnerTest, AnObserverThatThrowsEndsTheRunAndLosesNothing) {
  add("t_a", {});
  add("t_b", {"t_a"});
  Watcher watcher;
  watcher.throws = true;
  EXPECT_THROW(run_all({.observer = &watcher}), std::runtime_error);
  EXPECT_EQ(log_->find_latest_execution("t_a", true)->state(), ExecutionState::success);
  // Its start was written with the end of t_a; it did not begin.
  for (const Execution& next : log_->get_task_execution_history({.task_id = "t_b"}))
    EXPECT_EQ(next.state(), ExecutionState::cancelled);
}

// Random graphs with random failures: every task at most once, after all it needs, and the log tells the same.
TEST_F(RunnerTest, KeepsItsPromisesOnRandomGraphs) {
  std::mt19937_64 random(20261123);
  for (int round = 0; round < kRandomGraphs; ++round) {
    TaskRegistry registry;
    const auto log = open_memory_log();
    std::mutex mutex;
    std::map<std::string, int> runs;
    std::set<std::string> succeeded;
    std::atomic<int> too_early{0};
    const std::size_t count = random() % 30 + 1;
    std::set<std::string> broken;
    for (std::size_t at = 0; at < count; ++at) {
      const std::string id = "t_" + std::to_string(at);
      std::vector<std::string> needs;
      for (std::size_t from = 0; from < at; ++from) {
        if (random() % 8 == 0) needs.push_back("t_" + std::to_string(from));
      }
      if (random() % 10 == 0) broken.insert(id);
      const bool fails = broken.contains(id);
      const auto work = [&, id, needs, fails](OperationContext&) {
        const std::lock_guard lock(mutex);
        ++runs[id];
        for (const std::string& need : needs) too_early += succeeded.contains(need) ? 0 : 1;
        if (fails) return OperationResult::error("broken");
        succeeded.insert(id);
        return OperationResult::success();
      };
      registry.register_task_class(make_task_class(
          {.task_id = id, .dependencies = needs},
          [work](const Arguments&) { return std::make_unique<FunctionTask>(work); }));
    }
    const Plan made = make_plan(build_graph(registry), *log, {.project_root = "/tmp"});
    const RunSummary summary = run(made, registry, *log, {.jobs = 4, .project_root = "/tmp"});
    EXPECT_EQ(too_early, 0);
    for (const auto& [id, times] : runs) EXPECT_EQ(times, 1) << id;
    for (const TaskOutcome& outcome : summary.outcomes) {
      const std::string& id = made.graph.task_id(outcome.task);
      EXPECT_EQ(log->get_task_execution_history({.task_id = id}).at(0).state(), outcome.state)
          << id;
      EXPECT_EQ(outcome.state == ExecutionState::success, succeeded.contains(id)) << id;
      EXPECT_EQ(outcome.state == ExecutionState::failed, runs.contains(id) && broken.contains(id))
          << id;
    }
  }
}

// Many starts are written ahead while the log waits for the disk.
TEST_F(RunnerTest, TheLogSaysHowLongATaskRanAndWhereNotHowLongItWaited) {
  const TemporaryFolder folder;
  log_ = open_sqlite_log(folder / "log.db");
  for (int number = 0; number < 400; ++number) add("t_" + std::to_string(number), {});
  const Plan made = plan();
  const RunSummary summary = run(made, registry_, *log_, {.jobs = 2, .project_root = "/tmp"});
  for (const TaskOutcome& outcome : summary.outcomes) {
    const auto execution = log_->find_execution(outcome.task_run_id).value();
    EXPECT_EQ(*execution.finished_at - execution.started_at, outcome.duration);
    EXPECT_EQ(static_cast<std::size_t>(execution.start.worker), outcome.worker);
    EXPECT_GE(outcome.worker, 1U);
    EXPECT_LE(outcome.worker, 2U);
  }
}

// Starts are written ahead, so that many wait at the moment of the failure.
TEST_F(RunnerTest, WhatNeverBeganBecauseTheRunStoppedHasNotBegunInTheLogEither) {
  const TemporaryFolder folder;
  log_ = open_sqlite_log(folder / "log.db");
  const Work slow = [](OperationContext&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return OperationResult::success();
  };
  for (int number = 1000; number < 1400; ++number)
    add("t_" + std::to_string(number), {}, number < 1200 ? Work() : number == 1200 ? fail : slow);
  const Plan made = plan();
  const RunSummary summary =
      run(made, registry_, *log_, {.jobs = 1, .project_root = "/tmp", .stop_at_failure = true});
  EXPECT_EQ(summary.count(ExecutionState::failed), 1U);
  EXPECT_EQ(summary.count(ExecutionState::cancelled), 0U);
  EXPECT_GT(summary.count(ExecutionState::submitted), 0U);
  for (const TaskOutcome& outcome : summary.outcomes) {
    const bool has_run = outcome.state != ExecutionState::submitted;
    const std::string& id = made.graph.task_id(outcome.task);
    EXPECT_EQ(log_->get_task_execution_history({.task_id = id}).size(), has_run ? 1U : 0U) << id;
    EXPECT_EQ(outcome.attempts, has_run ? 1U : 0U) << id;
    EXPECT_EQ(outcome.task_run_id.empty(), !has_run) << id;
  }
}

}  // namespace
}  // namespace rota
