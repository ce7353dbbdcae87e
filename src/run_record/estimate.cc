// SPDX-License-Identifier: Apache-2.0
// How long the run that is under way will still take, by its kept plan and the log.
#include "run_record/past_run.h"
#include "run_record/run_graph.h"
#include "run_record/run_status.h"
#include "run_record/time_left.h"
#include <rota/error.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace rota::inline v1 {
namespace {

using Indexes = std::unordered_map<std::string_view, TaskIndex>;

Indexes indexes_of(const std::vector<RecordedStep>& planned) {
  Indexes indexes;
  for (TaskIndex task = 0; task < planned.size(); ++task) indexes[planned[task].task_id] = task;
  return indexes;
}

std::vector<TimeLeft::Step> steps_of(const ExecutionLog& log,
                                     const std::vector<RecordedStep>& planned,
                                     const Indexes& indexes) {
  std::vector<TimeLeft::Step> steps(planned.size());
  for (TaskIndex task = 0; task < planned.size(); ++task) {
    steps[task].will_run = planned[task].will_run();
    if (!steps[task].will_run) continue;
    steps[task].usual = usual_duration(log, planned[task].task_id);
    for (const std::string& dependency : planned[task].dependencies) {
      if (const auto found = indexes.find(dependency); found != indexes.end())
        steps[found->second].dependents.push_back(task);
    }
  }
  return steps;
}

}  // namespace

std::optional<std::chrono::microseconds> estimate_time_left(const ExecutionLog& log,
                                                            const RunStatus& status,
                                                            TimePoint now) try {
  if (status.run_id.empty() || !status.is_active()) return {};
  const std::vector<RecordedStep> planned = planned_steps(log, status.run_id);
  const auto to_run =
      static_cast<std::size_t>(std::ranges::count_if(planned, &RecordedStep::will_run));
  if (to_run == 0 || to_run > TimeLeft::kMostTasks) return {};
  const Indexes indexes = indexes_of(planned);
  TimeLeft left(steps_of(log, planned, indexes), status.workers);
  std::vector<bool> has_ended(planned.size());  // its last attempt
  for (const Execution& execution : executions_of_run(log, status.run_id)) {
    const auto found = indexes.find(execution.start.task_id);
    if (found != indexes.end()) has_ended[found->second] = !is_active(execution.state());
  }
  for (TaskIndex task = 0; task < planned.size(); ++task) {
    if (has_ended[task]) left.finish(task);
  }
  std::vector<TimeLeft::Running> running;
  for (const Execution& execution : status.running) {
    const auto found = indexes.find(execution.start.task_id);
    if (found == indexes.end()) continue;
    const auto elapsed = std::max(std::chrono::microseconds(0), now - execution.started_at);
    running.push_back({found->second, elapsed});
  }
  return left.estimate(running);
} catch (const PlanError&) {
  return {};  // `rota verify` tells of a plan that cannot be read
}

}  // namespace rota::inline v1
