// SPDX-License-Identifier: Apache-2.0
// Named pools of places: a task holds one in each of its pools while it runs. Knows nothing of tasks but a number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rota::inline v1 {

class Pools {
 public:
  using Index = std::uint32_t;
  explicit Pools(const std::map<std::string, std::size_t>& sizes);

  // The numbers of pools by their names. Throws PlanError where there is none of that name; `task_id` is for that.
  std::vector<Index> find(const std::vector<std::string>& names, const std::string& task_id) const;
  // Takes a place in each. Else nothing, and gives one that is full in `full`.
  bool take(const std::vector<Index>& pools, Index& full);
  void give_back(const std::vector<Index>& pools);
  std::size_t size() const noexcept { return free_.size(); }

 private:
  std::vector<std::string> names_;  // ascending
  std::vector<std::size_t> free_;
};

}  // namespace rota::inline v1
