// SPDX-License-Identifier: Apache-2.0
#include "run_record/time_left.h"

#include "run_record/past_run.h"

#include <algorithm>

namespace rota::inline v1 {

TimeLeft::TimeLeft(const Plan& plan, std::vector<std::optional<Duration>> usual, std::size_t jobs)
    : weight_(plan.steps.size()),
      way_(plan.steps.size()),
      is_left_(plan.steps.size()),
      jobs_(std::max<std::size_t>(1, jobs)) {
  std::vector<Duration> known;
  std::size_t to_run = 0;
  for (const PlanStep& step : plan.steps) {
    is_left_[step.task] = step.will_run();
    if (!step.will_run()) continue;
    ++to_run;
    if (usual[step.task]) known.push_back(*usual[step.task]);
  }
  is_known_ = !known.empty() && 2 * known.size() >= to_run;
  if (!is_known_) return;
  const Duration typical = *median_of(std::move(known));
  for (std::size_t task = plan.steps.size(); task-- > 0;) {
    if (!is_left_[task]) continue;
    weight_[task] = usual[task].value_or(typical);
    Duration after{0};
    for (const TaskIndex dependent : plan.graph.dependents(static_cast<TaskIndex>(task)))
      after = std::max(after, way_[dependent]);
    way_[task] = weight_[task] + after;
  }
}

void TimeLeft::finish(TaskIndex task) { is_left_[task] = false; }

std::optional<TimeLeft::Duration> TimeLeft::estimate(std::span<const Running> running) const {
  if (!is_known_) return {};
  Duration work{0};
  Duration longest{0};
  std::vector<Duration> done(weight_.size());
  for (const auto& [task, elapsed] : running) done[task] = std::min(elapsed, weight_[task]);
  for (std::size_t task = 0; task < weight_.size(); ++task) {
    if (!is_left_[task]) continue;
    work += weight_[task] - done[task];
    longest = std::max(longest, way_[task] - done[task]);
  }
  return std::max(longest, work / static_cast<std::int64_t>(jobs_));
}

}  // namespace rota::inline v1
