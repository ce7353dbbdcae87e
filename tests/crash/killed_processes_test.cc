// SPDX-License-Identifier: Apache-2.0
// kill -9 at random moments, while some processes write and others read: what the log acknowledged is there,
// once, the file is sound, and no reader met an error.
//
// ROTA_TEST_SEED=N chooses the moments; ROTA_TEST_ROUNDS=N how many rounds.
#include "log_rules.h"
#include "os/temporary_folder.h"
#include "sqlite_log/log_folder.h"
#include "sqlite_log/sqlite_log.h"
#include "worker_process.h"
#include <rota/execution_log.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include <gmock/gmock.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kWriters = 4;
constexpr int kReaders = 2;
constexpr int kRoundsWithOneLog = 5;
// Sanitizers look for other faults than these, and make each process begin slowly.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kRounds = 25;
#else
constexpr std::uint64_t kRounds = 200;
#endif

constexpr std::uint64_t kRoundsWithoutWal = 40;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// By run id, what the workers have said of it last.
using Said = std::map<std::string, std::string>;

// Begun but not ended and not whole: only that there is no end with less in it.
void check_execution(const Execution& execution) {
  if (execution.state() == ExecutionState::success) {
    ASSERT_EQ(execution.end.outputs.size(), 1U);
    const FileStamp& output = execution.end.outputs[0];
    EXPECT_EQ(output.path, execution.start.task_id);
    EXPECT_THAT(execution.end.message,
                StartsWith(output.path + " " + std::to_string(output.size_bytes) + "."));
    EXPECT_GT(execution.finished_sequence, execution.started_sequence);
  } else {
    EXPECT_EQ(execution.state(), ExecutionState::lost);
    EXPECT_TRUE(execution.end.outputs.empty());
  }
}

void check_log(const fs::path& path, const Said& said) {
  const auto log = open_sqlite_log(path);
  std::set<std::string> there;
  for (const Execution& execution : log->get_task_execution_history({.limit = 0})) {
    EXPECT_TRUE(there.insert(execution.task_run_id).second) << "twice: " << execution.task_run_id;
    const auto found = said.find(execution.task_run_id);
    const bool has_ended = found != said.end() && found->second != "begun";
    EXPECT_TRUE(!has_ended || execution.state() == ExecutionState::success)
        << execution.task_run_id;
    check_execution(execution);
  }
  for (const auto& [run, word] : said)
    EXPECT_TRUE(there.contains(run)) << "lost although acknowledged: " << run;
  EXPECT_EQ(broken_rules(path), "");
}

// Starts the processes, kills them all after a while, and adds what the writers have said. Gives how often
// the log was read.
std::size_t run_and_kill(const fs::path& log, std::chrono::microseconds life, Said& said) {
  std::vector<WorkerProcess> workers;
  for (int number = 0; number < kWriters; ++number) {
    workers.emplace_back(
        std::vector<std::string>{"append", log.string(), "t" + std::to_string(number), "0"});
  }
  for (int number = 0; number < kReaders; ++number)
    workers.emplace_back(std::vector<std::string>{"read", log.string()});
  std::this_thread::sleep_for(life);
  for (WorkerProcess& worker : workers) worker.kill_it();
  std::size_t reads = 0;
  for (WorkerProcess& worker : workers) {
    for (const std::string& line : worker.remaining_lines()) {
      const std::size_t space = line.find(' ');
      const std::string word = line.substr(0, space);
      EXPECT_NE(word, "error") << line;
      if (word == "read") {
        reads += std::stoul(line.substr(space + 1));
      } else if (word != "error") {
        said[line.substr(space + 1)] = word;
      }
    }
    EXPECT_TRUE(WIFSIGNALED(worker.wait()));
  }
  return reads;
}

// `prepare` may make the log, else the processes do.
void kill_in_rounds(std::uint64_t rounds, const std::function<void(const fs::path&)>& prepare) {
  const std::uint64_t seed = number_from_environment("ROTA_TEST_SEED", std::random_device()());
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  std::size_t acknowledged = 0;
  std::size_t reads = 0;
  for (std::uint64_t round = 0; round < rounds;) {
    const TemporaryFolder folder;
    const fs::path log = folder / ".rota" / "log.db";
    prepare(log);
    Said said;
    // The first rounds of each log are short enough to fall into the making of the file.
    for (int of_log = 0; of_log < kRoundsWithOneLog && round < rounds; ++of_log, ++round) {
      const int longest = of_log < 2 ? 60'000 : 300'000;
      reads += run_and_kill(log, std::chrono::microseconds(random() % longest), said);
      check_log(log, said);
      ASSERT_FALSE(::testing::Test::HasFailure())
          << "round " << round << " of ROTA_TEST_SEED=" << seed;
    }
    acknowledged += said.size();
  }
  EXPECT_GT(acknowledged, 0U) << "the processes were killed before they did anything";
  EXPECT_GT(reads, 0U) << "the processes were killed before they read anything";
  ::testing::Test::RecordProperty("acknowledged", std::to_string(acknowledged));
  std::cout << acknowledged << " acknowledged, " << reads << " reads\n";
}

TEST(KilledProcessesTest, LoseNothingThatWasAcknowledgedAndFailNoReader) {
  kill_in_rounds(number_from_environment("ROTA_TEST_ROUNDS", kRounds), [](const fs::path&) {});
}

TEST(KilledProcessesTest, LoseNothingAndFailNoReaderAlsoWithoutAWal) {
  LogFileRules rules;
  rules.shared_file_system = [](const fs::path&) { return "nfs"; };
  // The log keeps its rollback journal, whoever opens it later.
  kill_in_rounds(
      number_from_environment("ROTA_TEST_ROUNDS", kRoundsWithoutWal),
      [&](const fs::path& log) { const SqliteLog made(log, LogOptions{}, Owners{}, rules); });
}

TEST(KilledProcessesTest, AnExecutionOfALivingProcessIsRefusedAndThatOfAKilledOneMakesWay) {
  const TemporaryFolder folder;
  const auto log = open_sqlite_log(folder / "log.db");
  WorkerProcess worker({"hold", (folder / "log.db").string(), "t"});
  const std::string run = worker.line().substr(std::string("begun ").size());
  try {
    log->begin_execution({.task_id = "t"});
    ADD_FAILURE() << "began although it runs";
  } catch (const AlreadyRunningError& error) {
    EXPECT_THAT(error.what(), HasSubstr("process " + std::to_string(worker.pid()) + " since"));
  }
  EXPECT_EQ(log->mark_lost_executions(), 0U);
  EXPECT_EQ(log->find_execution(run)->state(), ExecutionState::running);

  worker.kill_it();
  worker.wait();
  EXPECT_EQ(log->find_execution(run)->state(), ExecutionState::lost);
  EXPECT_EQ(log->find_execution(run)->finished_sequence, 0);
  const ExecutionHandle next = log->begin_execution({.task_id = "t"});
  const Execution lost = log->find_execution(run).value();
  EXPECT_EQ(lost.state(), ExecutionState::lost);
  EXPECT_EQ(lost.end.message,
            "its process (pid " + std::to_string(lost.owner.pid) + ") ended without a word");
  EXPECT_GT(lost.finished_sequence, 0);
  EXPECT_TRUE(log->finish_execution(next, {}));
}

TEST(KilledProcessesTest, ManyOrphansAreMarkedLostByWhoComesNext) {
  const TemporaryFolder folder;
  std::vector<WorkerProcess> workers;
  for (int number = 0; number < 5; ++number) {
    workers.emplace_back(std::vector<std::string>{"hold", (folder / "log.db").string(),
                                                  "t" + std::to_string(number)});
  }
  for (WorkerProcess& worker : workers) EXPECT_THAT(worker.line(), StartsWith("begun "));
  for (std::size_t number = 0; number < 3; ++number) {
    workers[number].kill_it();
    workers[number].wait();
  }
  const auto log = open_sqlite_log(folder / "log.db");
  EXPECT_EQ(log->get_task_execution_history({.state = ExecutionState::lost}).size(), 3U);
  EXPECT_EQ(log->mark_lost_executions(), 3U);
  EXPECT_EQ(log->mark_lost_executions(), 0U);
  EXPECT_EQ(log->get_task_execution_history({.state = ExecutionState::running}).size(), 2U);
}

}  // namespace
}  // namespace rota
