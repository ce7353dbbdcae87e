// SPDX-License-Identifier: Apache-2.0
// Who points to whom, as compressed rows: row i is values[offsets[i] .. offsets[i + 1]). Knows
// numbers only.
#pragma once

#include <rota/graph.h>

#include <cstddef>
#include <span>
#include <vector>

namespace rota::inline v1 {

struct Adjacency {
  std::vector<TaskIndex> offsets = {0};
  std::vector<TaskIndex> values = {};

  std::size_t size() const noexcept { return offsets.size() - 1; }
  std::span<const TaskIndex> row(TaskIndex from) const {
    return std::span(values).subspan(offsets[from], offsets[from + 1] - offsets[from]);
  }
  // Ends the row that has been pushed to `values`: sorted, each value once.
  void close_row();
  // Every arrow turned round; its rows are sorted.
  Adjacency transposed() const;
};

}  // namespace rota::inline v1
