// SPDX-License-Identifier: Apache-2.0
#include "graph/adjacency.h"

#include <rota/error.h>

#include <algorithm>
#include <limits>

namespace rota::inline v1 {

void Adjacency::close_row() {
  const auto begin = values.begin() + offsets.back();
  std::sort(begin, values.end());
  values.erase(std::unique(begin, values.end()), values.end());
  if (values.size() > std::numeric_limits<TaskIndex>::max()) {
    throw PlanError("the task graph has more than 4,294,967,295 dependencies; split it");
  }
  offsets.push_back(static_cast<TaskIndex>(values.size()));
}

Adjacency Adjacency::transposed() const {
  Adjacency reverse;
  reverse.offsets.assign(size() + 1, 0);
  for (const TaskIndex target : values) ++reverse.offsets[target + 1];
  for (std::size_t node = 0; node < size(); ++node)
    reverse.offsets[node + 1] += reverse.offsets[node];
  reverse.values.resize(values.size());
  std::vector<TaskIndex> next(reverse.offsets.begin(), reverse.offsets.end() - 1);
  for (TaskIndex node = 0; node < size(); ++node) {
    for (const TaskIndex target : row(node)) reverse.values[next[target]++] = node;
  }
  return reverse;
}

}  // namespace rota::inline v1
