// SPDX-License-Identifier: Apache-2.0
// The policy of each task of a plan, held once for all that have the same. Knows nothing of where it was set.
#pragma once

#include "runner/pools.h"
#include <rota/plan.h>
#include <rota/policy.h>
#include <rota/runner.h>

#include <cstdint>
#include <vector>

namespace rota::inline v1 {

class TaskPolicies {
 public:
  struct Entry {
    TaskPolicy policy = {};
    std::vector<Pools::Index> pools = {};
  };

  // Throws PlanError for a pool that is not there.
  TaskPolicies(const Plan& plan, const RunOptions& options, const Pools& pools);
  const Entry& of(TaskIndex task) const { return entries_[index_[task]]; }

 private:
  std::uint32_t find_or_add(TaskPolicy policy, const Pools& pools, const std::string& task_id);

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> index_;  // by task
};

}  // namespace rota::inline v1
