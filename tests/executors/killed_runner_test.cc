// SPDX-License-Identifier: Apache-2.0
// Runners and workers that are killed at random moments: nothing is left, nothing runs twice at once, and the next run
// does the rest.
#include "killed_runner.h"

#include "executor/descendants.h"
#include "os/child_process.h"
#include "os/temporary_folder.h"
#include <rota/rota.h>

#include <signal.h>

#include <cstring>
#include <fstream>
#include <random>
#include <thread>

#include <gtest/gtest.h>

namespace rota {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 50;  // of each of the four tests
constexpr int kKillsBeforeAnEnd = 5;
constexpr const char* kThisProgram = "/proc/self/exe";

TaskClassPtr traced(const std::string& id, std::vector<std::string> needs) {
  return make_task_class({.task_id = id, .dependencies = std::move(needs)},
                         [](const Arguments&) -> std::unique_ptr<BaseTask> { return nullptr; });
}

int run_graph(const std::filesystem::path& root) {
  TaskRegistry registry;
  for (const char* id : {"t_0", "t_1", "t_2", "t_3"}) registry.register_task_class(traced(id, {}));
  registry.register_task_class(traced("t_4", {"t_0", "t_1"}));
  registry.register_task_class(traced("t_5", {"t_1", "t_2"}));
  registry.register_task_class(traced("t_6", {"t_2", "t_3"}));
  registry.register_task_class(traced("t_7", {"t_4", "t_5"}));
  registry.register_task_class(traced("t_8", {"t_5", "t_6"}));
  registry.register_task_class(traced("t_9", {"t_7", "t_8"}));
  const auto log = open_sqlite_log(root / ".rota" / "log.db");
  log->mark_lost_executions();
  PlanOptions options{.project_root = root};
  Graph graph = build_graph(registry);
  for (TaskIndex task = 0; task < graph.size(); ++task)
    options.arguments[graph.task_id(task)].set("pause", 2000);
  const Plan plan = make_plan(std::move(graph), *log, options);
  // A worker that the test killed fails its task; that is tried again.
  const RunSummary summary = run(
      plan, registry, *log,
      {.executor = "process", .jobs = 3, .project_root = root, .policy = [](const TaskMetadata&) {
         return TaskPolicy{.retries = 20, .retry_delay = 1ms};
       }});
  return summary.succeeded() ? 0 : 1;
}

class Victim {
 public:
  explicit Victim(const std::filesystem::path& root)
      : process_(kThisProgram, {"--run-graph", root.string()}) {}

  void kill_after(std::chrono::microseconds pause) {
    std::this_thread::sleep_for(pause);
    ::kill(process_.pid(), SIGKILL);
    wait();
  }
  void kill_a_worker_after(std::chrono::microseconds pause, std::mt19937& random) {
    std::this_thread::sleep_for(pause);
    for (const pid_t supervisor : children_of(process_.pid())) {
      const std::vector<pid_t> workers = children_of(supervisor);
      if (!workers.empty()) ::kill(workers[random() % workers.size()], SIGKILL);
    }
  }
  // Gives its exit status; -1 where it was killed.
  int wait() {
    while (process_.wait(std::chrono::steady_clock::now() + 60s, {}) == ChildProcess::Event::wrote)
      continue;
    return process_.end() && !process_.end()->by_signal ? process_.end()->number : -1;
  }
  const std::string& output() { return process_.output(); }

 private:
  ChildProcess process_;
};

bool is_running_worker(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t end = text.rfind(')');
  return text.find("(rota-worker)") != std::string::npos && end != std::string::npos &&
         text[end + 2] != 'Z' && text[end + 2] != 'X';
}

void expect_no_orphan(const std::filesystem::path& root) {
  std::ifstream file(root / "pids.txt");
  for (std::string pid, id; file >> pid >> id;)
    EXPECT_FALSE(is_running_worker(std::stoi(pid))) << id;
}

class KilledRunner : public ::testing::TestWithParam<int> {};

TEST_P(KilledRunner, LeavesNothingAndTheNextRunDoesTheRest) {
  const TemporaryFolder folder;
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  for (int round = 1; round <= kRounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Victim victim(folder.path());
    const std::chrono::microseconds pause(random() % 60'000);
    if (round % kKillsBeforeAnEnd != 0 && GetParam() % 2 == 0) {
      victim.kill_after(pause);  // and the next one begins at once
      continue;
    }
    victim.kill_a_worker_after(pause, random);
    const int status = victim.wait();
    ASSERT_EQ(status, 0) << victim.output();
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "twice.txt"));
    expect_no_orphan(folder.path());
    const auto log = open_sqlite_log(folder.path() / ".rota" / "log.db");
    EXPECT_TRUE(log->validate_execution_log().empty());
    for (int task = 0; task < 10; ++task) {
      const auto latest = log->find_latest_execution("t_" + std::to_string(task), false);
      ASSERT_TRUE(latest);
      EXPECT_EQ(latest->state(), ExecutionState::success);
    }
    log->cleanup_old_executions({.max_per_task = 0, .task_run_ids = [&] {
                                   std::vector<std::string> all;
                                   for (const Execution& one :
                                        log->get_task_execution_history({.limit = 0}))
                                     all.push_back(one.task_run_id);
                                   return all;
                                 }()});
    std::filesystem::remove(folder.path() / "pids.txt");
  }
}

INSTANTIATE_TEST_SUITE_P(Rounds, KilledRunner, ::testing::Values(0, 1, 2, 3), [](const auto& info) {
  return (info.param % 2 == 0 ? "OfRunners" : "OfWorkers") + std::to_string(info.param);
});

}  // namespace

std::optional<int> run_as_runner_to_be_killed(int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], "--run-graph") != 0) return std::nullopt;
  try {
    return run_graph(argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}

}  // namespace rota
