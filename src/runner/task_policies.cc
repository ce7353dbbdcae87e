// SPDX-License-Identifier: Apache-2.0
#include "runner/task_policies.h"

#include <algorithm>

namespace rota::inline v1 {
namespace {

// Beyond so many different ones, one more costs less than to look for it.
constexpr std::size_t kMaxCompared = 64;

}  // namespace

TaskPolicies::TaskPolicies(const Plan& plan, const RunOptions& options, const Pools& pools)
    : entries_(1), index_(plan.steps.size(), 0) {
  for (const PlanStep& step : plan.steps) {
    if (!step.will_run()) continue;
    const TaskMetadata& metadata = plan.graph.task_class(step.task)->metadata();
    index_[step.task] = find_or_add(options.policy ? options.policy(metadata) : metadata.policy,
                                    pools, metadata.task_id);
  }
}

std::uint32_t TaskPolicies::find_or_add(TaskPolicy policy, const Pools& pools,
                                        const std::string& task_id) {
  const auto end =
      entries_.begin() + static_cast<std::ptrdiff_t>(std::min(entries_.size(), kMaxCompared));
  const auto at = std::find_if(entries_.begin(), end,
                               [&](const Entry& entry) { return entry.policy == policy; });
  if (at != end) return static_cast<std::uint32_t>(at - entries_.begin());
  Entry entry{.policy = std::move(policy)};
  if (entry.policy.pools) entry.pools = pools.find(*entry.policy.pools, task_id);
  entries_.push_back(std::move(entry));
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

}  // namespace rota::inline v1
