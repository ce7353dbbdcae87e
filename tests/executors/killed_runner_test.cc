// SPDX-License-Identifier: Apache-2.0
// Runners, their supervisors and their workers that are killed at random moments: nothing is left, nothing runs twice at
// once, and the next run does the rest.
#include "killed_runner.h"

#include "executor/descendants.h"
#include "os/child_process.h"
#include "os/temporary_folder.h"
#include <rota/rota.h>

#include <signal.h>

#include <array>
#include <cstring>
#include <fstream>
#include <random>
#include <thread>
#include <tuple>

#include <gtest/gtest.h>

namespace rota {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 50;  // of each of the eight tests
constexpr int kKillsBeforeAnEnd = 5;
constexpr int kFewestHits = kRounds / 10;  // kills that met tasks at work: without load nearly all
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
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    Arguments& arguments = options.arguments[graph.task_id(task)];
    arguments.set("pause", 5000);
    arguments.set("daemon", task % 3 == 0);
  }
  const Plan plan = make_plan(std::move(graph), *log, options);
  // A worker that the test killed fails its task; that is tried again.
  const RunSummary summary = run(
      plan, registry, *log,
      {.executor = "process", .jobs = 3, .project_root = root, .policy = [](const TaskMetadata&) {
         return TaskPolicy{.retries = 20, .retry_delay = 1ms};
       }});
  return summary.succeeded() ? 0 : 1;
}

// Its line in /proc/PID/stat; empty where it has ended.
std::string stat_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t end = text.rfind(')');
  const bool has_ended = end == std::string::npos || text[end + 2] == 'Z' || text[end + 2] == 'X';
  return has_ended ? "" : text;
}

bool is_running_worker(pid_t pid) {
  return stat_of(pid).find("(rota-worker)") != std::string::npos;
}

class Victim {
 public:
  explicit Victim(const std::filesystem::path& root)
      : process_(kThisProgram, {"--run-graph", root.string()}) {}

  void wait_for_workers() {
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    while (workers().empty() && !stat_of(process_.pid()).empty() &&
           std::chrono::steady_clock::now() < give_up)
      std::this_thread::sleep_for(100us);
  }
  // Each gives whether tasks were under way.
  bool kill_it() {
    const bool is_hit = !workers().empty();
    ::kill(process_.pid(), SIGKILL);
    wait();
    return is_hit;
  }
  // Nobody is left who could end the workers' children.
  bool kill_it_and_its_supervisor() {
    ::kill(process_.pid(), SIGSTOP);
    const bool is_hit = kill_the_supervisor();
    kill_it();
    return is_hit;
  }
  bool kill_the_supervisor() {
    const bool is_hit = !workers().empty();
    for (const pid_t supervisor : children_of(process_.pid())) ::kill(supervisor, SIGKILL);
    return is_hit;
  }
  bool kill_a_worker(std::mt19937& random) {
    const std::vector<pid_t> all = workers();
    return !all.empty() && ::kill(all[random() % all.size()], SIGKILL) == 0;
  }
  // Gives its exit status; -1 where it was killed.
  int wait() {
    while (process_.wait(std::chrono::steady_clock::now() + 60s, {}) == ChildProcess::Event::wrote)
      continue;
    return process_.end() && !process_.end()->by_signal ? process_.end()->number : -1;
  }
  const std::string& output() { return process_.output(); }

 private:
  std::vector<pid_t> workers() const {
    std::vector<pid_t> found;
    for (const pid_t supervisor : children_of(process_.pid())) {
      for (const pid_t worker : children_of(supervisor)) found.push_back(worker);
    }
    return found;
  }

  ChildProcess process_;
};

enum class Kill : std::uint8_t { runner, runner_and_supervisor, supervisor, worker };

void expect_no_orphan(const std::filesystem::path& root) {
  std::ifstream file(root / "pids.txt");
  for (std::string pid, id; file >> pid >> id;)
    EXPECT_FALSE(is_running_worker(std::stoi(pid))) << id;
}

class KilledRunner : public ::testing::TestWithParam<std::tuple<Kill, int>> {
 protected:
  bool kills_runners() const {
    return kill() == Kill::runner || kill() == Kill::runner_and_supervisor;
  }
  Kill kill() const { return std::get<0>(GetParam()); }

  void strike(Victim& victim) {
    if (random_() % 4 != 0) victim.wait_for_workers();
    std::this_thread::sleep_for(std::chrono::microseconds(random_() % 15'000));
    const bool is_hit = kill() == Kill::runner ? victim.kill_it()
                        : kill() == Kill::runner_and_supervisor
                            ? victim.kill_it_and_its_supervisor()
                        : kill() == Kill::supervisor ? victim.kill_the_supervisor()
                                                     : victim.kill_a_worker(random_);
    if (is_hit) ++hits_;
  }

  void expect_all_is_done() const {
    EXPECT_FALSE(std::filesystem::exists(root() / "twice.txt"));
    expect_no_orphan(root());
    const auto log = open_sqlite_log(root() / ".rota" / "log.db");
    EXPECT_TRUE(log->validate_execution_log().empty());
    for (int task = 0; task < 10; ++task) {
      const auto latest = log->find_latest_execution("t_" + std::to_string(task), false);
      ASSERT_TRUE(latest);
      EXPECT_EQ(latest->state(), ExecutionState::success);
    }
  }

  void begin_anew() {
    const auto log = open_sqlite_log(root() / ".rota" / "log.db");
    std::vector<std::string> all;
    for (const Execution& one : log->get_task_execution_history({.limit = 0}))
      all.push_back(one.task_run_id);
    log->cleanup_old_executions({.max_per_task = 0, .task_run_ids = all});
    std::filesystem::remove(root() / "pids.txt");
  }

  std::filesystem::path root() const { return folder_.path(); }

  TemporaryFolder folder_;
  std::mt19937 random_{static_cast<unsigned>(std::get<1>(GetParam()))};
  int hits_ = 0;
};

TEST_P(KilledRunner, LeavesNothingAndTheNextRunDoesTheRest) {
  for (int round = 1; round <= kRounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Victim victim(root());
    if (kills_runners() && round % kKillsBeforeAnEnd != 0) {
      strike(victim);  // and the next one begins at once
      continue;
    }
    if (!kills_runners()) strike(victim);
    const int status = victim.wait();
    ASSERT_EQ(status, 0) << victim.output();
    expect_all_is_done();
    begin_anew();
  }
  EXPECT_GE(hits_, kFewestHits);
}

std::string name_of(const ::testing::TestParamInfo<std::tuple<Kill, int>>& info) {
  constexpr std::array kNames = {"OfRunners", "OfRunnersAndSupervisors", "OfSupervisors",
                                 "OfWorkers"};
  const auto [kill, seed] = info.param;
  return kNames.at(static_cast<std::size_t>(kill)) + std::to_string(seed);
}

INSTANTIATE_TEST_SUITE_P(Rounds, KilledRunner,
                         ::testing::Combine(::testing::Values(Kill::runner,
                                                              Kill::runner_and_supervisor,
                                                              Kill::supervisor, Kill::worker),
                                            ::testing::Values(1, 2)),
                         name_of);

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
