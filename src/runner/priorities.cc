// SPDX-License-Identifier: Apache-2.0
#include "runner/priorities.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {
namespace {

constexpr std::size_t kSuccessesLookedAt = 5;
constexpr std::int64_t kTypicalMicroseconds = 1'000'000;

std::int64_t median(std::vector<std::int64_t>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::int64_t length_of(TimePoint started_at, TimePoint finished_at) {
  return std::max<std::int64_t>((finished_at - started_at).count(), 1);
}

// 0: unknown.
std::int64_t typical_duration(const std::string& task_id, const ExecutionLog& log) {
  std::vector<std::int64_t> durations;
  for (const Execution& execution : log.get_task_execution_history(
           {.task_id = task_id, .limit = kSuccessesLookedAt, .success_only = true})) {
    if (execution.finished_at)
      durations.push_back(length_of(execution.started_at, *execution.finished_at));
  }
  return durations.empty() ? 0 : median(durations);
}

std::vector<std::int64_t> latest_durations(const Plan& plan, const ExecutionLog& log) {
  std::vector<std::int64_t> durations(plan.steps.size(), 0);
  std::vector<std::int64_t> ended(plan.steps.size(), 0);
  std::vector<std::string_view> task_ids;
  task_ids.reserve(plan.steps.size());
  for (const PlanStep& step : plan.steps) task_ids.push_back(plan.graph.task_id(step.task));
  log.find_latest_executions(task_ids, [&](std::size_t task, const PastExecution& past) {
    if (past.state != ExecutionState::success || past.finished_sequence <= ended[task]) return;
    ended[task] = past.finished_sequence;
    durations[task] = length_of(past.started_at, past.finished_at.value_or(past.started_at));
  });
  return durations;
}

std::vector<std::int64_t> durations_of(const Plan& plan, const ExecutionLog& log) {
  std::vector<std::int64_t> durations(plan.steps.size(), 0);
  if (log.last_sequence() == 0) return durations;
  if (plan.count_to_run() > kMaxTasksLookedUp) return latest_durations(plan, log);
  for (const PlanStep& step : plan.steps) {
    if (step.will_run())
      durations[step.task] = typical_duration(plan.graph.task_id(step.task), log);
  }
  return durations;
}

}  // namespace

std::vector<std::int64_t> critical_path_lengths(const Plan& plan, const ExecutionLog& log) {
  std::vector<std::int64_t> lengths = durations_of(plan, log);
  std::vector<std::int64_t> known;
  std::ranges::copy_if(lengths, std::back_inserter(known),
                       [](std::int64_t length) { return length > 0; });
  const std::int64_t typical = known.empty() ? kTypicalMicroseconds : median(known);
  // Tasks are numbered so that each comes after all that it needs.
  for (std::size_t left = plan.steps.size(); left > 0; --left) {
    const auto task = static_cast<TaskIndex>(left - 1);
    if (!plan.steps[task].will_run()) {
      lengths[task] = 0;
      continue;
    }
    std::int64_t longest = 0;
    for (const TaskIndex dependent : plan.graph.dependents(task))
      longest = std::max(longest, lengths[dependent]);
    lengths[task] = (lengths[task] > 0 ? lengths[task] : typical) + longest;
  }
  return lengths;
}

}  // namespace rota::inline v1
