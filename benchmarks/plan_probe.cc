// SPDX-License-Identifier: Apache-2.0
// plan_probe fill LOG TASKS: makes a log in which each of so many tasks has succeeded once.
// plan_probe plan LOG TASKS: the plan of these tasks as text: the graph of their classes, its check, the history of
//   each, and what `rota plan` prints. The tasks are layered, with about 3 dependencies each.
// plan_probe history LOG TASKS: of that the look-up of the history alone.
// plan_probe one-by-one LOG TASKS: the same by two look-ups for each task.
#include "probe.h"
#include "report/text.h"
#include <rota/rota.h>

#include <malloc.h>

#include <limits>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::string task_id_of(std::size_t number) {
  std::string digits = std::to_string(number);
  return "t_" + std::string(7 - digits.size(), '0') + digits;
}

std::vector<rota::TaskClassPtr> layered(std::size_t count) {
  constexpr std::size_t kWidth = 1'000;
  std::mt19937 random(7);
  std::vector<rota::TaskClassPtr> classes;
  classes.reserve(count);
  for (std::size_t at = 0; at < count; ++at) {
    rota::TaskMetadata metadata{.task_id = task_id_of(at)};
    const std::size_t layer = at / kWidth;
    if (layer > 0) {
      std::set<std::size_t> needs;
      for (int edge = 0; edge < 3; ++edge) needs.insert((layer - 1) * kWidth + random() % kWidth);
      for (const std::size_t need : needs) metadata.dependencies.push_back(task_id_of(need));
    }
    classes.push_back(rota::make_task_class(
        std::move(metadata),
        [](const rota::Arguments&) -> std::unique_ptr<rota::BaseTask> { return nullptr; }));
  }
  return classes;
}

int fill(rota::ExecutionLog& log, std::size_t count) {
  return probe::measure([&] {
    log.import_executions(rota::ImportMode::merge, [&](const rota::AddExecution& add) {
      rota::Execution execution;
      execution.started_at = rota::TimePoint(std::chrono::seconds(1'795'442'709));
      execution.finished_at = execution.started_at;
      execution.start.version = "1.0.0";
      execution.start.reason = "never ran";
      execution.start.run_id = "5f0c7e0a-93b1-4b3f-8a2e-6a7d9c1b2e3f";
      execution.owner = {"mill", "0b9f2c1e-5d3a-4c7b-9a56-1f2e3d4c5b6a", 4242, 17};
      for (std::size_t at = 0; at < count; ++at) {
        execution.start.task_id = task_id_of(at);
        execution.task_run_id = "00000000-0000-4000-8000-00000" + task_id_of(at).substr(2);
        add(execution);
      }
    });
    return count;
  });
}

int plan(const rota::ExecutionLog& log, std::size_t count) {
  std::vector<rota::TaskClassPtr> classes = layered(count);
  std::string text;
  std::size_t steps = 0;
  const int status = probe::measure([&] {
    const rota::Plan plan =
        rota::make_plan(rota::Graph(std::move(classes)), log, {.project_root = "/"});
    text = rota::plan_to_text(plan);
    steps = plan.steps.size() - plan.count_to_run();
    return steps;
  });
  if (steps != count) probe::fail("not all are up to date; fill the log first");
  return status;
}

std::vector<std::string> ids_of(std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t at = 0; at < count; ++at) ids.push_back(task_id_of(at));
  return ids;
}

int history(const rota::ExecutionLog& log, std::size_t count) {
  const std::vector<std::string> ids = ids_of(count);
  const std::vector<std::string_view> views(ids.begin(), ids.end());
  return probe::measure([&] {
    std::size_t found = 0;
    log.find_latest_executions(views, [&](std::size_t, const rota::PastExecution&) { ++found; });
    return found;
  });
}

int one_by_one(const rota::ExecutionLog& log, std::size_t count) {
  const std::vector<std::string> ids = ids_of(count);
  return probe::measure([&] {
    std::size_t found = 0;
    for (const std::string& id : ids) {
      found += log.find_latest_execution(id, false) ? 1 : 0;
      log.find_latest_execution(id, true);
    }
    return found;
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (argc != 4) probe::fail("usage: plan_probe fill|plan|history|one-by-one LOG TASKS");
  // The heap as the command has it.
  ::mallopt(M_TOP_PAD, 64 << 20);
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  const auto log = rota::open_sqlite_log(argv[2]);
  const std::size_t count = std::stoul(argv[3]);
  if (what == "fill") return fill(*log, count);
  if (what == "plan") return plan(*log, count);
  if (what == "history") return history(*log, count);
  if (what == "one-by-one") return one_by_one(*log, count);
  probe::fail("unknown measurement");
}
