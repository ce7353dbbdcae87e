// SPDX-License-Identifier: Apache-2.0
// Clocks that are wrong, and ends that are written by two at once: the order is that of commits, and an end is
// written once.
#include "logs_under_test.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace rota {
namespace {

using ::testing::ElementsAre;

class ClockTest : public ConformanceTest {
 protected:
  static TimePoint at(std::int64_t seconds) { return TimePoint(std::chrono::seconds(seconds)); }
  // Newest first.
  std::vector<std::string> tasks() {
    std::vector<std::string> tasks;
    for (const Execution& execution : log_->get_task_execution_history({}))
      tasks.push_back(execution.start.task_id + execution.start.arguments);
    return tasks;
  }
};
ROTA_TEST_ON_ALL_LOGS(ClockTest);

TEST_P(ClockTest, AClockThatIsSetBackChangesNoOrder) {
  processes_.set_clock(at(2'000'000'000));
  begin("t", "1");
  const ExecutionHandle first = begin("u", "1");
  EXPECT_TRUE(finish(first));
  processes_.set_clock(at(1'000'000'000));
  begin("t", "2");
  const ExecutionHandle second = begin("u", "2");
  EXPECT_TRUE(finish(second));
  EXPECT_THAT(tasks(), ElementsAre("u" + arguments("2"), "t" + arguments("2"), "u" + arguments("1"),
                                   "t" + arguments("1")));
  EXPECT_EQ(log_->find_latest_execution("u", true)->task_run_id, second.task_run_id);
  EXPECT_EQ(log_->find_latest_execution("t", false)->start.arguments, arguments("2"));
  EXPECT_EQ(find(second).started_at, at(1'000'000'000)) << "the clock of the test is not used";
  EXPECT_LT(find(first).started_sequence, find(second).started_sequence);
}

TEST_P(ClockTest, AClockThatIsSetBackMeanwhilePutsNoEndBeforeItsStart) {
  processes_.set_clock(at(2'000'000'000));
  const ExecutionHandle handle = begin("t");
  processes_.set_clock(at(1'000'000'000));
  EXPECT_TRUE(finish(handle));
  EXPECT_EQ(find(handle).finished_at, at(2'000'000'000));
  EXPECT_GT(find(handle).finished_sequence, find(handle).started_sequence);
  EXPECT_EQ(log_->find_latest_execution("t", true)->task_run_id, handle.task_run_id);
  EXPECT_TRUE(log_->validate_execution_log().empty());
}

TEST_P(ClockTest, AStartThatWasWrittenAheadGetsItsTimeAndItsWorkerFromTheEnd) {
  using std::chrono::seconds;
  processes_.set_clock(at(1'000));
  const ExecutionHandle handle = begin("t");
  processes_.set_clock(at(1'100));
  EXPECT_TRUE(log_->finish_execution(handle, {.duration = seconds(30), .worker = 7}));
  EXPECT_EQ(find(handle).started_at, at(1'070));
  EXPECT_EQ(find(handle).finished_at, at(1'100));
  EXPECT_EQ(find(handle).start.worker, 7);
  EXPECT_FALSE(find(handle).end.duration.has_value());
  EXPECT_EQ(find(handle).end.worker, 0);
}

TEST_P(ClockTest, NothingBeganBeforeItsStartWasWritten) {
  using std::chrono::microseconds;
  for (const microseconds duration : {microseconds::max(), microseconds::min(), microseconds(0)}) {
    processes_.set_clock(at(1'000));
    const ExecutionHandle handle = begin("t", std::to_string(duration.count()));
    processes_.set_clock(at(1'100));
    EXPECT_TRUE(log_->finish_execution(handle, {.duration = duration}));
    EXPECT_EQ(find(handle).started_at, at(duration > microseconds(0) ? 1'000 : 1'100));
  }
  EXPECT_TRUE(log_->validate_execution_log().empty());
}

TEST_P(ClockTest, AnExecutionThatIsRecordedWholeBeganItsDurationBeforeItsEnd) {
  processes_.set_clock(at(1'000));
  const std::string run = log_->record_task_execution({.task_id = "t", .worker = 3},
                                                      {.duration = std::chrono::seconds(60)});
  const auto execution = log_->find_execution(run).value();
  EXPECT_EQ(execution.started_at, at(940));
  EXPECT_EQ(execution.finished_at, at(1'000));
  EXPECT_EQ(execution.start.worker, 3);
}

TEST_P(ClockTest, TheLostOfAnotherTimeMakesWayWhateverTheClockSays) {
  processes_.set_clock(at(2'000'000'000));
  const ExecutionHandle orphan = begin("t");
  processes_.end(1);
  processes_.set_clock(at(1'000'000'000));
  const ExecutionHandle next = begin("t");
  EXPECT_EQ(find(orphan).state(), ExecutionState::lost);
  EXPECT_LT(find(orphan).finished_sequence, find(next).started_sequence);
}

TEST_P(ClockTest, OfAWorkerAndAReaperAtOnceOneWritesTheEnd) {
  int ended = 0;
  constexpr int kRounds = 50;
  for (int round = 0; round < kRounds; ++round) {
    const ExecutionHandle handle = begin("t", std::to_string(round));
    processes_.end(1);
    std::atomic<bool> go = false;
    bool finished = false;
    std::thread worker([&] {
      while (!go) {
      }
      finished = finish(handle);
    });
    go = true;
    const std::size_t lost = log_->mark_lost_executions();
    worker.join();
    EXPECT_EQ(lost, finished ? 0U : 1U) << "round " << round;
    const Execution execution = find(handle);
    EXPECT_EQ(execution.state(), finished ? ExecutionState::success : ExecutionState::lost);
    EXPECT_EQ(execution.finished_sequence, execution.started_sequence + 1);
    ended += finished ? 1 : 0;
  }
  RecordProperty("ended_by_the_worker", ended);
}

// Two hosts, each with the log open and a clock of its own.
TEST(TwoHostsTest, WithDifferentClocksTheOrderIsThatOfCommits) {
  const TemporaryFolder folder;
  Processes fast;
  Processes slow;
  fast.become(1, "mill");
  slow.become(2, "loom");
  fast.set_clock(TimePoint(std::chrono::seconds(2'000'000'000)));
  slow.set_clock(TimePoint(std::chrono::seconds(1'000'000'000)));
  SqliteLog of_fast(folder / "log.db", {}, fast.owners());
  SqliteLog of_slow(folder / "log.db", {}, slow.owners());
  std::vector<std::string> runs;
  for (int round = 0; round < 5; ++round) {
    runs.push_back(of_fast.record_task_execution({.task_id = "t"}, {}));
    runs.push_back(of_slow.record_task_execution({.task_id = "t"}, {}));
    EXPECT_EQ(of_fast.find_latest_execution("t", true)->task_run_id, runs.back());
    EXPECT_EQ(of_slow.find_latest_execution("t", true)->owner.host, "loom");
  }
  std::vector<std::string> history;
  for (const Execution& execution : of_slow.get_task_execution_history({}))
    history.insert(history.begin(), execution.task_run_id);
  EXPECT_EQ(history, runs);
  const ExecutionHandle handle = of_slow.begin_execution({.task_id = "u"});
  EXPECT_THROW(of_fast.begin_execution({.task_id = "u"}), AlreadyRunningError);
  EXPECT_TRUE(of_slow.finish_execution(handle, {}));
}

}  // namespace
}  // namespace rota
