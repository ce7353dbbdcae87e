// SPDX-License-Identifier: Apache-2.0
// Prints the page of a run of so many tasks in layers, with texts that would be code where a page takes them for it.
#include "graph/test_tasks.h"
#include "report/graph_svg.h"
#include "report/run_report.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace {

using namespace rota;
using std::chrono::milliseconds;

constexpr const char* kHostile =
    "</script><script>alert(1)</script><img src=x onerror='window.harmed=1'>\"'&\x1b[31m\xFF";
constexpr std::size_t kLayer = 50;
constexpr std::size_t kWorkers = 8;

Graph layered_graph(std::size_t count) {
  std::vector<TaskClassPtr> classes;
  unsigned random = 1;
  for (std::size_t at = 0; at < count; ++at) {
    TaskMetadata metadata{
        .task_id = fmt::format("t_{:04}", at), .task_type = kHostile, .description = kHostile};
    for (int need = 0; at >= kLayer && need < 3; ++need) {
      random = random * 1'664'525U + 1'013'904'223U;
      const std::size_t place = (at / kLayer - 1) * kLayer + (random >> 16) % kLayer;
      metadata.dependencies.push_back(fmt::format("t_{:04}", place));
    }
    std::ranges::sort(metadata.dependencies);
    metadata.dependencies.erase(
        std::unique(metadata.dependencies.begin(), metadata.dependencies.end()),
        metadata.dependencies.end());
    classes.push_back(testing_tasks::make_task(std::move(metadata)));
  }
  return Graph(std::move(classes));
}

RecordedExecution execute(const Graph& graph, TaskIndex task, TimePoint from,
                          milliseconds duration) {
  RecordedExecution recorded;
  Execution& execution = recorded.execution;
  execution.start = {.task_id = graph.task_id(task),
                     .task_type = kHostile,
                     .version = "1.0.0",
                     .run_id = "run",
                     .reason = kHostile};
  execution.task_run_id = fmt::format("run-{}", task);
  execution.started_at = from;
  execution.finished_at = from + duration;
  execution.end.inputs = {{kHostile, 1'000, 0}};
  execution.end.outputs = {{fmt::format("out/{}", task), 123'456, 0}};
  if (task % 97 == 5) execution.end = {.state = ExecutionState::failed, .message = kHostile};
  if (task % 97 == 6)
    execution.end = {.state = ExecutionState::upstream_failed, .message = kHostile};
  for (unsigned before = 0; before < 20; ++before)
    recorded.earlier.push_back(duration * (80 + (task * 7 + before * 13) % 45) / 100);
  return recorded;
}

PastRun run_all(const Graph& graph) {
  PastRun run{.run_id = "5f0c7e0a-93b1-4b3f-8a2e-6a7d9c1b2e3f"};
  run.began = TimePoint(std::chrono::seconds(1'795'442'709));
  std::vector<TimePoint> free(kWorkers, run.began);
  std::vector<TimePoint> ended(graph.size(), run.began);
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    auto& worker = *std::ranges::min_element(free);
    TimePoint from = worker;
    for (const TaskIndex need : graph.dependencies(task)) from = std::max(from, ended[need]);
    const milliseconds duration(20 + task * 37 % 400);
    run.executions.push_back(execute(graph, task, from, duration));
    worker = ended[task] = from + duration;
    run.ended = std::max(run.ended, ended[task]);
  }
  // As the log would have numbered them.
  std::vector<std::pair<TimePoint, std::int64_t*>> events;
  for (RecordedExecution& recorded : run.executions) {
    events.emplace_back(*recorded.execution.finished_at, &recorded.execution.finished_sequence);
    events.emplace_back(recorded.execution.started_at, &recorded.execution.started_sequence);
  }
  std::ranges::stable_sort(events, {}, [](const auto& event) { return event.first; });
  for (std::size_t at = 0; at < events.size(); ++at)
    *events[at].second = static_cast<std::int64_t>(at + 1);
  return run;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2'000;
  Graph graph = layered_graph(count);
  RunReport report{.project = kHostile, .record = run_all(graph), .graph = std::move(graph)};
  report.made_at = report.record.ended;
  arrange(report.record, report.graph);
  const auto log = open_memory_log();
  report.standings = standings_in_run(report.record, report.graph, *log);
  report.layout = lay_out_graph(GraphBoxes(report.graph).query());
  for (const RecordedExecution& recorded : report.record.executions) {
    if (recorded.execution.state() == ExecutionState::failed)
      report.outputs[recorded.execution.task_run_id] = std::string(kHostile) + "\nthe last line\n";
  }
  const std::string page = run_report_to_html(report);
  return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : 1;
}
