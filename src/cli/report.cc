// SPDX-License-Identifier: Apache-2.0
// rota report [RUN]: a run afterwards, as a page that stands alone or as a trace.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/output_files.h"
#include "cli/project_tasks.h"
#include "cli/result_file.h"
#include "report/graph_svg.h"
#include "report/run_report.h"
#include "run_record/run_graph.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::cli {
namespace {

struct ReportOptionsGiven {
  std::string run_id;
  std::string file;
  std::string format = "html";
  bool no_graph = false;
};

// A run as a person names it: its id, or the beginning of that.
std::string find_run(const ExecutionLog& log, const std::string& name) {
  constexpr std::size_t kLeast = 4;
  constexpr std::size_t kWhole = 36;
  constexpr std::size_t kNamed = 5;
  if (name.empty()) {
    if (const auto newest = find_newest_run(log)) return *newest;
    throw UsageError("the log holds no run yet; `rota run` makes one");
  }
  if (log.find_run(name)) return name;
  if (name.size() < kLeast) {
    if (!executions_of_run(log, name).empty()) return name;
    throw UsageError(fmt::format("run {}: that is too short to name one; give {} characters of it",
                                 name, kLeast));
  }
  std::vector<std::string> found = find_run_ids(log, name, name.size() == kWhole ? 1 : kNamed + 1);
  if (found.empty())
    throw UsageError(
        fmt::format("there is no run {}; `rota log --json` has the run_id of each", name));
  if (found.size() == 1) return found.front();
  if (std::ranges::find(found, name) != found.end()) return name;
  const bool are_more = found.size() > kNamed;
  if (are_more) found.pop_back();
  throw UsageError(fmt::format("run {}: several begin so: {}{}; give more of it", name,
                               fmt::join(found, " "), are_more ? " and others" : ""));
}

// All but the graph can be told without the plan.
Graph graph_where_known(const ExecutionLog& log, const PastRun& record,
                        const TaskRegistry& registry) try {
  return graph_of_run(log, record, registry);
} catch (const PlanError& error) {
  print_warning(fmt::format("the report has no graph: {}", error.what()));
  return Graph({});
}

std::string make_page(const ProjectTasks& tasks, const ExecutionLog& log, PastRun record,
                      Graph graph, bool with_graph) {
  RunReport report{
      .project = tasks.project().root.filename().string(),
      .record = std::move(record),
      .graph = std::move(graph),
      .made_at = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())};
  report.standings = standings_in_run(report.record, report.graph, log);
  if (with_graph) report.layout = lay_out_graph(GraphBoxes(report.graph).query());
  for (const RecordedExecution& recorded : report.record.executions) {
    const Execution& execution = recorded.execution;
    std::string tail = read_output_tail(execution.end.output_path, tasks.project());
    if (!tail.empty()) report.outputs.emplace(execution.task_run_id, std::move(tail));
  }
  return run_report_to_html(report);
}

int report_run(const CommandLine& line, const ReportOptionsGiven& given) {
  const ProjectTasks tasks(line);
  const auto log = tasks.open_log_for_reading();
  const std::string run_id = find_run(*log, given.run_id);
  PastRun record = read_past_run(*log, run_id);
  Graph graph = graph_where_known(*log, record, tasks.registry());
  arrange(record, graph);
  write_result(given.file, given.format == "trace" ? past_run_to_trace(record)
                                                   : make_page(tasks, *log, std::move(record),
                                                               std::move(graph), !given.no_graph));
  return kDone;
}

}  // namespace

void add_report(Command& app, CommandLine& line) {
  Command command = app.add_command(
      "report", "Show one run afterwards: its graph, timeline, durations, failures and files");
  auto given = std::make_shared<ReportOptionsGiven>();
  command
      .add_option("RUN", given->run_id,
                  "Id of the run, or the first 4 or more characters of it; none: the newest")
      .value_name("");
  command.add_option("-o,--output", given->file, "Where to; none: standard output")
      .value_name("FILE");
  command
      .add_option("--format", given->format,
                  "html (a page that needs nothing else), or trace (Chrome's trace events)")
      .one_of({"html", "trace"})
      .value_name("FORMAT")
      .with_default();
  command.add_flag("--no-graph", given->no_graph, "Without the graph, which is drawn by Graphviz");
  command.does([&line, given] { return report_run(line, *given); });
}

}  // namespace rota::cli
