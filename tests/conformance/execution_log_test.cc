// SPDX-License-Identifier: Apache-2.0
// The life of an execution.
#include "logs_under_test.h"

#include <atomic>
#include <limits>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace rota {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class ExecutionLogTest : public ConformanceTest {};
ROTA_TEST_ON_ALL_LOGS(ExecutionLogTest);

TEST_P(ExecutionLogTest, WhatBeginsIsRunningAndOwnedByThisProcess) {
  const ExecutionStart start{"t_1",         "import", "1.2", R"({"n":1})", "run-7", "never ran",
                             "build-id:0f", 3,        17};
  const ExecutionHandle handle = log_->begin_execution(start);
  EXPECT_EQ(handle.epoch, 1);
  EXPECT_THAT(handle.task_run_id,
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));

  const Execution execution = find(handle);
  EXPECT_EQ(execution.task_run_id, handle.task_run_id);
  EXPECT_EQ(execution.state(), ExecutionState::running);
  EXPECT_EQ(execution.start.task_id, start.task_id);
  EXPECT_EQ(execution.start.task_type, start.task_type);
  EXPECT_EQ(execution.start.version, start.version);
  EXPECT_EQ(execution.start.arguments, start.arguments);
  EXPECT_EQ(execution.start.run_id, start.run_id);
  EXPECT_EQ(execution.start.reason, start.reason);
  EXPECT_EQ(execution.start.fingerprint, start.fingerprint);
  EXPECT_EQ(execution.start.attempt, start.attempt);
  EXPECT_EQ(execution.start.worker, start.worker);
  EXPECT_EQ(execution.owner, (Owner{"mill", "boot", 1, 17}));
  EXPECT_EQ(execution.started_sequence, 1);
  EXPECT_EQ(execution.finished_sequence, 0);
  EXPECT_FALSE(execution.finished_at);
  EXPECT_EQ(execution.end.message, "");
  EXPECT_EQ(execution.end.metrics, "{}");
}

TEST_P(ExecutionLogTest, ItsEndIsWrittenWithFilesAndMetrics) {
  const ExecutionHandle handle = begin("t");
  ExecutionEnd end;
  end.state = ExecutionState::failed;
  end.message = "no such column";
  end.inputs = {{"b.csv", 10, 1}, {"a.csv", 0, -5}, {"c.csv", 11, 2}};
  end.outputs = {{"/out/x", 0x7FFF'FFFF'FFFF'FFFFU, std::numeric_limits<std::int64_t>::min()}};
  end.metrics = R"({"rows":3})";
  EXPECT_TRUE(log_->finish_execution(handle, end));

  const Execution execution = find(handle);
  EXPECT_EQ(execution.state(), ExecutionState::failed);
  EXPECT_EQ(execution.end.message, end.message);
  EXPECT_EQ(execution.end.inputs, end.inputs);
  EXPECT_EQ(execution.end.outputs, end.outputs);
  EXPECT_EQ(execution.end.metrics, end.metrics);
  EXPECT_EQ(execution.epoch, handle.epoch);
  EXPECT_EQ(execution.finished_sequence, 2);
  ASSERT_TRUE(execution.finished_at);
  EXPECT_LE(execution.started_at, *execution.finished_at);
  const auto age = std::chrono::system_clock::now() - execution.started_at;
  EXPECT_GE(age, std::chrono::seconds(0));
  EXPECT_LT(age, std::chrono::minutes(10));
}

TEST_P(ExecutionLogTest, HowItsProcessEndedAndWhatItUsedIsReadBackByEveryQuery) {
  ExecutionEnd end;
  end.state = ExecutionState::failed;
  end.exit_code = -7;
  end.signal = 9;
  end.output_path = ".rota/output/1.txt";
  end.cpu_time = std::chrono::microseconds(0x7FFF'FFFF'FFFF'FFFF);
  end.peak_memory_bytes = 0x7FFF'FFFF'FFFF'FFFFU;
  const std::string begun = log_->begin_execution({.task_id = "t"}).task_run_id;
  EXPECT_TRUE(log_->finish_execution({begun, 1}, end));
  const std::string whole = log_->record_task_execution({.task_id = "u"}, end);

  for (const Execution& execution :
       {log_->find_execution(begun).value(), log_->find_execution(whole).value(),
        log_->find_latest_execution("t", false).value(), log_->get_task_execution_history({}).at(0),
        log_->get_task_execution_history({.task_id = "t"}).at(0),
        log_->get_task_execution_history({.state = ExecutionState::failed}).at(1)}) {
    EXPECT_EQ(execution.end.exit_code, end.exit_code);
    EXPECT_EQ(execution.end.signal, end.signal);
    EXPECT_EQ(execution.end.output_path, end.output_path);
    EXPECT_EQ(execution.end.cpu_time, end.cpu_time);
    EXPECT_EQ(execution.end.peak_memory_bytes, end.peak_memory_bytes);
  }
}

TEST_P(ExecutionLogTest, ZeroIsNotTheSameAsUnknown) {
  const std::string unknown = record("t");
  const std::string zero =
      log_->record_task_execution({.task_id = "t"}, {.exit_code = 0,
                                                     .signal = 0,
                                                     .cpu_time = std::chrono::microseconds(0),
                                                     .peak_memory_bytes = 0});
  const ExecutionEnd without = log_->find_execution(unknown)->end;
  EXPECT_FALSE(without.exit_code || without.signal || without.cpu_time ||
               without.peak_memory_bytes);
  EXPECT_EQ(without.output_path, "");
  const ExecutionEnd with = log_->find_execution(zero)->end;
  EXPECT_EQ(with.exit_code, 0);
  EXPECT_EQ(with.signal, 0);
  EXPECT_EQ(with.cpu_time, std::chrono::microseconds(0));
  EXPECT_EQ(with.peak_memory_bytes, 0U);
}

TEST_P(ExecutionLogTest, TheFreeFieldsBeginEmpty) {
  for (const std::string& run : {begin("t").task_run_id, record("u")}) {
    const Execution execution = log_->find_execution(run).value();
    EXPECT_EQ(execution.notes, "");
    EXPECT_EQ(execution.tags, "{}");
    EXPECT_EQ(execution.imported_fields, "{}");
  }
}

TEST_P(ExecutionLogTest, AnEndIsWrittenOnce) {
  const ExecutionHandle handle = begin("t");
  EXPECT_TRUE(finish(handle, ExecutionState::failed));
  EXPECT_FALSE(finish(handle, ExecutionState::success));
  EXPECT_EQ(find(handle).state(), ExecutionState::failed);
  EXPECT_EQ(find(handle).finished_sequence, 2);
}

TEST_P(ExecutionLogTest, OnlyTheHolderOfTheEpochWritesTheEnd) {
  const ExecutionHandle handle = begin("t");
  EXPECT_FALSE(finish({handle.task_run_id, handle.epoch + 1}));
  EXPECT_FALSE(finish({handle.task_run_id, handle.epoch - 1}));
  EXPECT_FALSE(finish({"of another log", 1}));
  EXPECT_EQ(find(handle).state(), ExecutionState::running);
  EXPECT_TRUE(finish(handle));
}

TEST_P(ExecutionLogTest, TheSameTaskWithTheSameArgumentsRunsOnce) {
  const ExecutionHandle first = begin("t");
  try {
    begin("t");
    ADD_FAILURE() << "began twice";
  } catch (const AlreadyRunningError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'t'"));
    EXPECT_THAT(error.what(), HasSubstr("mill"));
    EXPECT_THAT(error.what(), HasSubstr("process 1 since"));
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
  }
  EXPECT_EQ(log_->get_task_execution_history({}).size(), 1U);
  EXPECT_NO_THROW(begin("t", "1"));
  EXPECT_NO_THROW(begin("u"));
  EXPECT_TRUE(finish(first));
  EXPECT_NO_THROW(begin("t"));
}

TEST_P(ExecutionLogTest, AWholeExecutionMayBeRecordedWhileTheSameTaskRuns) {
  const ExecutionHandle running = begin("t");
  record("t", ExecutionState::success);
  record("t", ExecutionState::blocked);
  EXPECT_EQ(find(running).state(), ExecutionState::running);
  EXPECT_THROW(begin("t"), AlreadyRunningError);
  EXPECT_TRUE(finish(running));
}

TEST_P(ExecutionLogTest, AnExecutionWhoseOwnerIsDeadMakesWayAndBecomesLost) {
  const ExecutionHandle orphan = begin("t");
  processes_.end(1);
  const ExecutionHandle next = begin("t");
  const Execution lost = find(orphan);
  EXPECT_EQ(lost.state(), ExecutionState::lost);
  EXPECT_EQ(lost.epoch, orphan.epoch + 1);
  EXPECT_EQ(lost.finished_sequence, 2);
  EXPECT_TRUE(lost.finished_at);
  EXPECT_EQ(lost.end.message, "its process (pid 1) ended without a word");
  EXPECT_EQ(find(next).started_sequence, 3);
}

TEST_P(ExecutionLogTest, ALateWorkerCannotEndWhatWasLost) {
  const ExecutionHandle orphan = begin("t");
  processes_.end(1);
  EXPECT_EQ(log_->mark_lost_executions(), 1U);
  EXPECT_FALSE(finish(orphan));
  EXPECT_FALSE(finish({orphan.task_run_id, orphan.epoch + 1}));
  EXPECT_EQ(find(orphan).state(), ExecutionState::lost);
  EXPECT_FALSE(log_->find_latest_execution("t", true));
}

TEST_P(ExecutionLogTest, ALateReaperCannotLoseWhatHasEnded) {
  const ExecutionHandle handle = begin("t");
  EXPECT_TRUE(finish(handle));
  processes_.end(1);
  EXPECT_EQ(log_->mark_lost_executions(), 0U);
  EXPECT_EQ(find(handle).state(), ExecutionState::success);
}

TEST_P(ExecutionLogTest, EveryActiveExecutionOfADeadOwnerIsMarkedAtOnceAndNoOther) {
  const ExecutionHandle first = begin("t");
  const ExecutionHandle second = begin("u");
  EXPECT_EQ(log_->mark_lost_executions(), 0U);
  processes_.end(1);
  EXPECT_EQ(log_->mark_lost_executions(), 2U);
  EXPECT_EQ(log_->mark_lost_executions(), 0U);
  EXPECT_EQ(find(first).finished_sequence, 3);
  EXPECT_EQ(find(second).finished_sequence, 4);
}

TEST_P(ExecutionLogTest, ADeadOwnersExecutionIsShownAsLostBeforeItIsWrittenSo) {
  const ExecutionHandle handle = begin("t");
  processes_.end(1);
  for (const Execution& shown : {find(handle), log_->get_task_execution_history({}).at(0),
                                 log_->find_latest_execution("t", false).value()}) {
    EXPECT_EQ(shown.state(), ExecutionState::lost);
    EXPECT_EQ(shown.end.message, "its process (pid 1) ended without a word");
    EXPECT_EQ(shown.finished_sequence, 0);
    EXPECT_EQ(shown.epoch, handle.epoch);
  }
  EXPECT_FALSE(log_->find_latest_execution("t", true));
  // It has no end yet: whoever holds it may still write one.
  EXPECT_TRUE(finish(handle));
  EXPECT_EQ(find(handle).state(), ExecutionState::success);
}

TEST_P(ExecutionLogTest, AWholeExecutionTakesTwoNumbersOfTheSequence) {
  EXPECT_EQ(begin("t").epoch, 1);
  const std::string run = log_->record_task_execution({.task_id = "u", .version = "3"},
                                                      {.state = ExecutionState::skipped_up_to_date,
                                                       .message = "m",
                                                       .inputs = {{"a", 1, 2}},
                                                       .metrics = R"({"rows":2})"});
  const Execution execution = log_->find_execution(run).value();
  EXPECT_EQ(execution.started_sequence, 2);
  EXPECT_EQ(execution.finished_sequence, 3);
  EXPECT_EQ(execution.state(), ExecutionState::skipped_up_to_date);
  EXPECT_EQ(execution.start.version, "3");
  EXPECT_EQ(execution.end.message, "m");
  EXPECT_EQ(execution.end.inputs, (std::vector<FileStamp>{{"a", 1, 2}}));
  EXPECT_EQ(execution.end.metrics, R"({"rows":2})");
  EXPECT_TRUE(execution.finished_at);
}

TEST_P(ExecutionLogTest, WhatNoStateAllowsIsRefusedAndChangesNothing) {
  const ExecutionHandle handle = begin("t");
  for (const ExecutionState state :
       {ExecutionState::submitted, ExecutionState::running, ExecutionState::skipped_up_to_date,
        ExecutionState::upstream_failed, ExecutionState::blocked,
        static_cast<ExecutionState>(10)}) {
    EXPECT_THROW(finish(handle, state), LogError);
  }
  EXPECT_THROW(record("t", ExecutionState::submitted), LogError);
  EXPECT_THROW(record("t", ExecutionState::running), LogError);
  EXPECT_THROW(record("t", static_cast<ExecutionState>(10)), LogError);
  EXPECT_THROW(log_->finish_execution(handle, {.cpu_time = std::chrono::microseconds(-1)}),
               LogError);
  EXPECT_THROW(
      log_->record_task_execution({.task_id = "t"}, {.peak_memory_bytes = 0x8000'0000'0000'0000U}),
      LogError);
  for (const char* text : {"", "1", "[]", "no json", "{", "{\"a\":1}x", "{\"a\":\"\xFF\"}"}) {
    EXPECT_THROW(log_->begin_execution({.task_id = "u", .arguments = text}), LogError) << text;
    EXPECT_THROW(log_->record_task_execution({.task_id = "u", .arguments = text}, {}), LogError);
    EXPECT_THROW(log_->record_task_execution({.task_id = "u"}, {.metrics = text}), LogError);
    EXPECT_THROW(log_->finish_execution(handle, {.metrics = text}), LogError);
  }
  EXPECT_EQ(log_->get_task_execution_history({}).size(), 1U);
  EXPECT_EQ(find(handle).state(), ExecutionState::running);
  EXPECT_TRUE(finish(handle));
  EXPECT_EQ(find(handle).finished_sequence, 2);
}

TEST_P(ExecutionLogTest, OfManyThreadsThatBeginTheSameTaskOneDoes) {
  for (int round = 0; round < 10; ++round) {
    std::atomic<int> began = 0;
    std::atomic<int> refused = 0;
    std::vector<std::thread> threads;
    for (int number = 0; number < 8; ++number) {
      threads.emplace_back([&] {
        try {
          begin("t", std::to_string(round));
          ++began;
        } catch (const AlreadyRunningError&) {
          ++refused;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(began, 1);
    EXPECT_EQ(refused, 7);
  }
}

TEST_P(ExecutionLogTest, ThreadsThatWriteAndReadAtOnceLoseNothing) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  std::atomic<bool> ended = false;
  std::thread reader([&] {
    std::size_t before = 0;
    while (!ended) {
      const std::vector<Execution> history = log_->get_task_execution_history({.limit = 0});
      EXPECT_GE(history.size(), before);
      before = history.size();
      for (std::size_t index = 1; index < history.size(); ++index) {
        EXPECT_GT(history[index - 1].started_sequence, history[index].started_sequence);
      }
      (void)log_->find_latest_execution("t1", true);
    }
  });
  std::vector<std::thread> writers;
  for (int number = 0; number < kThreads; ++number) {
    writers.emplace_back([&, number] {
      for (int each = 0; each < kEach; ++each) {
        const ExecutionHandle handle = begin("t" + std::to_string(number));
        EXPECT_TRUE(finish(handle));
        EXPECT_EQ(find(handle).state(), ExecutionState::success);  // what was written is read
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  ended = true;
  reader.join();

  std::set<std::int64_t> sequence;
  for (const Execution& execution : log_->get_task_execution_history({.limit = 0})) {
    EXPECT_EQ(execution.state(), ExecutionState::success);
    sequence.insert(execution.started_sequence);
    sequence.insert(execution.finished_sequence);
  }
  EXPECT_EQ(sequence.size(), std::size_t{2 * kThreads * kEach});
  EXPECT_EQ(*sequence.begin(), 1);
  EXPECT_EQ(*sequence.rbegin(), 2 * kThreads * kEach);
}

}  // namespace
}  // namespace rota
