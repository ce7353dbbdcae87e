// SPDX-License-Identifier: Apache-2.0
// log_probe record LOG COUNT: durable executions, one after the other; also tells the longest wait for one.
// log_probe grouped LOG COUNT THREADS: the same by many threads of one process.
// log_probe fill LOG COUNT: makes a log of that many executions of 1,000 tasks, one of 1,009 of them failed.
// log_probe latest LOG COUNT: so many look-ups of the latest success of a task of a log that `fill` made.
// log_probe history LOG COUNT: so many pages of 100 executions, each after another one.
// log_probe lineage LOG COUNT: what a file was made from, in a chain of so many executions.
// log_probe plan LOG COUNT: one plan of that many tasks that have run, a chain of ten in each.
#include "probe.h"
#include <rota/rota.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>

namespace {

constexpr std::size_t kTasks = 1000;

std::string task_id_of(std::size_t number) { return "team_07.pipeline_" + std::to_string(number); }

// Spread as random ones are.
std::string run_id_of(std::size_t number) {
  const std::uint64_t mixed = (number + 1) * 0x9E37'79B9'7F4A'7C15U;
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-8%03x-%012llx",
                static_cast<unsigned>(mixed >> 32U), static_cast<unsigned>(mixed >> 16U & 0xFFFFU),
                static_cast<unsigned>(mixed & 0xFFFU), static_cast<unsigned>(mixed >> 12U & 0xFFFU),
                static_cast<unsigned long long>(number));
  return text;
}

void record(rota::ExecutionLog& log, std::size_t number) {
  log.record_task_execution(
      {.task_id = task_id_of(number), .version = "1.0.0", .arguments = R"({"threads":4})"}, {});
}

int record_all(rota::ExecutionLog& log, std::size_t count) {
  log.find_latest_execution("nobody", true);  // the file is made and open
  record(log, 0);
  double longest = 0;
  return probe::measure(
      [&] {
        for (std::size_t at = 0; at < count; ++at) {
          const auto begin = std::chrono::steady_clock::now();
          record(log, at % kTasks);
          const std::chrono::duration<double> wait = std::chrono::steady_clock::now() - begin;
          longest = std::max(longest, wait.count());
        }
        return count;
      },
      &longest);
}

void record_by_threads(rota::ExecutionLog& log, std::size_t count, std::size_t threads) {
  std::atomic<std::size_t> next{0};
  std::vector<std::jthread> workers;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    workers.emplace_back([&] {
      for (std::size_t at = next++; at < count; at = next++) record(log, at % kTasks);
    });
  }
}

int grouped(rota::ExecutionLog& log, std::size_t count, std::size_t threads) {
  record(log, 0);
  return probe::measure([&] {
    record_by_threads(log, count, threads);
    return count;
  });
}

// As an import does it: in one transaction.
int fill(rota::ExecutionLog& log, std::size_t count) {
  return probe::measure([&] {
    log.import_executions(rota::ImportMode::merge, [&](const rota::AddExecution& add) {
      for (std::size_t at = 0; at < count; ++at) {
        rota::Execution execution{.task_run_id = run_id_of(at)};
        const bool failed = at % 1009 == 1008;
        execution.start = {.task_id = task_id_of(at % kTasks),
                           .version = "1.0.0",
                           .arguments = R"({"threads":4})"};
        execution.end.state = failed ? rota::ExecutionState::failed : rota::ExecutionState::success;
        if (failed) execution.end.message = "no such file";
        execution.started_at = rota::TimePoint(std::chrono::seconds(1'700'000'000 + at));
        execution.finished_at = execution.started_at + std::chrono::seconds(1);
        execution.owner = {"mill", "8e3b6ae4-39f2-4a2b-8d0a-3f4a1c9a77aa", 4711, 1234567};
        add(execution);
      }
    });
    return count;
  });
}

// Each reads what the one before it made.
int lineage(rota::ExecutionLog& log, std::size_t count) {
  const auto file = [&](std::size_t at) { return "data/step_" + std::to_string(at) + ".csv"; };
  const auto last = log.project_root() / file(count);
  if (!log.find_task_by_output(last)) {
    log.import_executions(rota::ImportMode::merge, [&](const rota::AddExecution& add) {
      for (std::size_t at = 0; at < count; ++at) {
        rota::Execution execution{.task_run_id = run_id_of(at)};
        execution.start.task_id = task_id_of(at);
        execution.end.inputs = {{file(at), 12, 34}};
        execution.end.outputs = {{file(at + 1), 12, 34}};
        execution.finished_at = execution.started_at;
        add(execution);
      }
    });
  }
  return probe::measure(
      [&] { return rota::lineage(log, last, rota::LineageDirection::up).executions.size(); });
}

int latest(const rota::ExecutionLog& log, std::size_t count) {
  std::mt19937 random(7);
  log.find_latest_execution(task_id_of(0), true);
  return probe::measure([&] {
    std::size_t found = 0;
    for (std::size_t at = 0; at < count; ++at)
      found += log.find_latest_execution(task_id_of(random() % kTasks), true) ? 1 : 0;
    return found;
  });
}

int history(const rota::ExecutionLog& log, std::size_t count) {
  log.find_latest_execution(task_id_of(0), true);
  return probe::measure([&] {
    std::size_t pages = 0;
    std::int64_t before = 0;
    for (std::size_t at = 0; at < count; ++at) {
      const auto page = log.get_task_execution_history({.before_sequence = before, .limit = 100});
      pages += page.size() == 100 ? 1 : 0;
      before = page.empty() ? 0 : page.back().started_sequence;
    }
    return pages;
  });
}

// Each tenth task needs nothing, the others the one before them.
rota::Graph chains(std::size_t count) {
  std::vector<rota::TaskClassPtr> classes;
  for (std::size_t at = 0; at < count; ++at) {
    rota::TaskMetadata metadata{.task_id = task_id_of(at)};
    if (at % 10 != 0) metadata.dependencies = {task_id_of(at - 1)};
    classes.push_back(rota::make_task_class(
        std::move(metadata),
        [](const rota::Arguments&) -> std::unique_ptr<rota::BaseTask> { return nullptr; }));
  }
  return rota::Graph(std::move(classes));
}

int plan(rota::ExecutionLog& log, std::size_t count) {
  if (!log.find_latest_execution(task_id_of(count - 1), true)) {
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> workers;
    for (int thread = 0; thread < 64; ++thread) {
      workers.emplace_back([&] {
        for (std::size_t at = next++; at < count; at = next++)
          log.record_task_execution({.task_id = task_id_of(at), .version = "1.0.0"}, {});
      });
    }
  }
  rota::Graph graph = chains(count);
  return probe::measure(
      [&] { return rota::make_plan(std::move(graph), log, {.project_root = "/"}).steps.size(); });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (argc != (what == "grouped" ? 5 : 4))
    probe::fail(
        "usage: log_probe record|fill|latest|history|lineage|plan LOG COUNT, grouped LOG COUNT "
        "THREADS");
  const auto log = rota::open_sqlite_log(argv[2]);
  const std::size_t count = std::stoul(argv[3]);
  if (what == "record") return record_all(*log, count);
  if (what == "grouped") return grouped(*log, count, std::stoul(argv[4]));
  if (what == "fill") return fill(*log, count);
  if (what == "latest") return latest(*log, count);
  if (what == "history") return history(*log, count);
  if (what == "lineage") return lineage(*log, count);
  if (what == "plan") return plan(*log, count);
  probe::fail("unknown measurement");
}
