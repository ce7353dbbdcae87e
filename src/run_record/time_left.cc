// SPDX-License-Identifier: Apache-2.0
#include "run_record/time_left.h"

#include "run_record/past_run.h"

#include <algorithm>

namespace rota::inline v1 {

namespace {

std::vector<TimeLeft::Step> steps_of(const Plan& plan,
                                     const std::vector<std::optional<TimeLeft::Duration>>& usual) {
  std::vector<TimeLeft::Step> steps(plan.steps.size());
  for (const PlanStep& step : plan.steps) {
    const auto dependents = plan.graph.dependents(step.task);
    steps[step.task] = {step.will_run(), usual[step.task], {dependents.begin(), dependents.end()}};
  }
  return steps;
}

}  // namespace

TimeLeft::TimeLeft(const Plan& plan, const std::vector<std::optional<Duration>>& usual,
                   std::size_t jobs)
    : TimeLeft(steps_of(plan, usual), jobs) {}

TimeLeft::TimeLeft(const std::vector<Step>& steps, std::size_t jobs)
    : weight_(steps.size()),
      way_(steps.size()),
      is_left_(steps.size()),
      jobs_(std::max<std::size_t>(1, jobs)) {
  std::vector<Duration> known;
  std::size_t to_run = 0;
  for (std::size_t task = 0; task < steps.size(); ++task) {
    is_left_[task] = steps[task].will_run;
    if (!steps[task].will_run) continue;
    ++to_run;
    if (steps[task].usual) known.push_back(*steps[task].usual);
  }
  is_known_ = !known.empty() && 2 * known.size() >= to_run;
  if (!is_known_) return;
  const Duration typical = *median_of(std::move(known));
  for (std::size_t task = steps.size(); task-- > 0;) {
    if (!is_left_[task]) continue;
    weight_[task] = steps[task].usual.value_or(typical);
    Duration after{0};
    for (const TaskIndex dependent : steps[task].dependents)
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
