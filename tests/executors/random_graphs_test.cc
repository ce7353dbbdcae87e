// SPDX-License-Identifier: Apache-2.0
// Random graphs of tasks that fail, crash, hang and are killed, in processes: what the runner promises of every one.
#include "os/temporary_folder.h"
#include <rota/rota.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace rota {
namespace {

using namespace std::chrono_literals;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kGraphs = 40;
constexpr int kAtOnce = 2;
constexpr std::chrono::milliseconds kTimeout{1000};
#else
constexpr int kGraphs = 2000;
constexpr int kAtOnce = 8;  // they wait for timeouts most of the time
constexpr std::chrono::milliseconds kTimeout{500};
#endif
constexpr std::size_t kMostTasks = 12;
// Half of them succeed; of forty one hangs for good, and one at first.
constexpr const char* kWays[] = {
    "fail",      "fail",      "fail",       "crash",      "crash",      "crash",    "killed",
    "killed",    "killed",    "linger",     "linger",     "linger",     "hang",     "fail_once",
    "fail_once", "fail_once", "crash_once", "crash_once", "crash_once", "hang_once"};

struct RandomTask {
  std::string how;
  std::vector<std::string> needs;
  bool ends_once() const { return how.ends_with("_once"); }
  bool can_succeed() const { return how == "succeed" || ends_once(); }
};

class RandomGraph {
 public:
  explicit RandomGraph(std::mt19937& random) {
    const std::size_t count = random() % kMostTasks + 1;
    for (std::size_t at = 0; at < count; ++at) {
      RandomTask& task = tasks_["t_" + std::to_string(at)];
      task.how = random() % 2 == 0 ? "succeed" : kWays[random() % std::size(kWays)];
      for (std::size_t from = 0; from < at; ++from) {
        if (random() % 4 == 0) task.needs.push_back("t_" + std::to_string(from));
      }
    }
    for (auto& [id, task] : tasks_) {
      // The worker has a class of that id with the same code, and no need to know what it depends on.
      registry_.register_task_class(
          make_task_class({.task_id = id, .dependencies = task.needs},
                          [](const Arguments&) -> std::unique_ptr<BaseTask> { return nullptr; }));
    }
  }

  RunSummary run(const std::filesystem::path& root, ExecutionLog& log) {
    PlanOptions plan_options{.project_root = root};
    for (const auto& [id, task] : tasks_) {
      plan_options.arguments[id].set("how", task.how);
      plan_options.arguments[id].set("daemon", task.how == "linger");
    }
    plan_ = std::make_unique<Plan>(make_plan(build_graph(registry_), log, plan_options));
    return rota::run(*plan_, registry_, log,
                     {.executor = "process",
                      .jobs = 3,
                      .project_root = root,
                      .policy =
                          [this](const TaskMetadata& metadata) {
                            TaskPolicy policy{.retries = 1, .retry_delay = 1ms};
                            if (tasks_.at(metadata.task_id).how.starts_with("hang"))
                              policy.timeout = kTimeout;
                            return policy;
                          },
                      .grace = 2000ms});
  }

  // Whether it can begin at all.
  bool is_reached(const std::string& id) const {
    return std::ranges::all_of(tasks_.at(id).needs, [this](const std::string& need) {
      return tasks_.at(need).can_succeed() && is_reached(need);
    });
  }
  const std::map<std::string, RandomTask>& tasks() const { return tasks_; }
  const Plan& plan() const { return *plan_; }

 private:
  std::map<std::string, RandomTask> tasks_;
  TaskRegistry registry_;
  std::unique_ptr<Plan> plan_;
};

// Each begins after all that it needs has succeeded, as often as it is tried, and never twice at once.
void check_trace(const std::filesystem::path& root, const RandomGraph& graph) {
  EXPECT_FALSE(std::filesystem::exists(root / "twice.txt"));
  std::map<std::string, int> begun;
  std::set<std::string> ended;
  std::ifstream trace(root / "trace.txt");
  for (std::string what, id; trace >> what >> id;) {
    if (what == "end") {
      ended.insert(id);
      continue;
    }
    ++begun[id];
    for (const std::string& need : graph.tasks().at(id).needs)
      EXPECT_TRUE(ended.contains(need)) << id << " began before " << need << " ended";
  }
  for (const auto& [id, task] : graph.tasks()) {
    const int tries = !graph.is_reached(id) ? 0 : task.how == "succeed" ? 1 : 2;
    EXPECT_EQ(begun[id], tries) << id << " " << task.how;
  }
}

ExecutionState expected_state(const RandomGraph& graph, const std::string& id) {
  const RandomTask& task = graph.tasks().at(id);
  if (!graph.is_reached(id)) return ExecutionState::upstream_failed;
  if (task.can_succeed()) return ExecutionState::success;
  return task.how == "hang" ? ExecutionState::timeout : ExecutionState::failed;
}

// The log tells the same story.
void check_log(const ExecutionLog& log, const RandomGraph& graph, const RunSummary& summary) {
  std::map<std::string, std::int64_t> success;
  for (const TaskOutcome& outcome : summary.outcomes) {
    const std::string& id = graph.plan().graph.task_id(outcome.task);
    EXPECT_EQ(outcome.state, expected_state(graph, id)) << id << ": " << outcome.message;
    const auto history = log.get_task_execution_history({.task_id = id});
    ASSERT_FALSE(history.empty()) << id;
    EXPECT_EQ(history.front().state(), outcome.state) << id;
    EXPECT_EQ(history.front().task_run_id, outcome.task_run_id) << id;
    EXPECT_EQ(history.size(), std::max(outcome.attempts, 1U)) << id;
    int attempt = static_cast<int>(history.size());
    for (const Execution& execution : history) EXPECT_EQ(execution.start.attempt, attempt--) << id;
    if (outcome.state == ExecutionState::success) success[id] = history.front().finished_sequence;
  }
  for (const auto& [id, task] : graph.tasks()) {
    if (!graph.is_reached(id)) continue;
    const auto history = log.get_task_execution_history({.task_id = id});
    for (const std::string& need : task.needs)
      EXPECT_LT(success.at(need), history.back().started_sequence) << id << " needs " << need;
  }
  EXPECT_TRUE(log.validate_execution_log().empty());
}

void check_graph(int seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(static_cast<unsigned>(20261126 + seed));
  const TemporaryFolder folder;
  const auto log = open_sqlite_log(folder.path() / ".rota" / "log.db");
  RandomGraph graph(random);
  const RunSummary summary = graph.run(folder.path(), *log);
  check_trace(folder.path(), graph);
  check_log(*log, graph, summary);
}

TEST(RandomGraphs, KeepEveryPromiseWhateverTasksDoToTheirProcesses) {
  std::atomic<int> next{0};
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kAtOnce; ++thread) {
    threads.emplace_back([&next] {
      for (int seed = next++; seed < kGraphs && !::testing::Test::HasFailure(); seed = next++)
        check_graph(seed);
    });
  }
}

}  // namespace
}  // namespace rota
