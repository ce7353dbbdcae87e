// SPDX-License-Identifier: Apache-2.0
#include "runner/pools.h"

#include <rota/error.h>

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {

Pools::Pools(const std::map<std::string, std::size_t>& sizes) {
  for (const auto& [name, size] : sizes) {
    names_.push_back(name);
    free_.push_back(size);
  }
}

std::vector<Pools::Index> Pools::find(const std::vector<std::string>& names,
                                      const std::string& task_id) const {
  std::vector<Index> found;
  for (const std::string& name : names) {
    const auto at = std::ranges::lower_bound(names_, name);
    const bool is_there = at != names_.end() && *at == name;
    if (!is_there || free_[static_cast<std::size_t>(at - names_.begin())] == 0) {
      throw PlanError(fmt::format(
          "task {} needs the pool {}, which has no size ({}); give it one in [pools] of rota.toml "
          "or "
          "with --pool {}=N",
          task_id, name,
          names_.empty() ? "there is none" : fmt::format("there are: {}", fmt::join(names_, ", ")),
          name));
    }
    found.push_back(static_cast<Index>(at - names_.begin()));
  }
  return found;
}

bool Pools::take(const std::vector<Index>& pools, Index& full) {
  for (const Index pool : pools) {
    if (free_[pool] > 0) continue;
    full = pool;
    return false;
  }
  for (const Index pool : pools) --free_[pool];
  return true;
}

void Pools::give_back(const std::vector<Index>& pools) {
  for (const Index pool : pools) ++free_[pool];
}

}  // namespace rota::inline v1
