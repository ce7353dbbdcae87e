// SPDX-License-Identifier: Apache-2.0
// A graph as a drawing in SVG, from a layout. Pure functions.
#pragma once

#include "layout/graph_layout.h"
#include "run_record/task_standing.h"
#include <rota/export.h>
#include <rota/graph.h>

#include <string>
#include <vector>

namespace rota::inline v1 {

// What a layout needs to know, box N for task N.
class ROTA_EXPORT GraphBoxes {
 public:
  explicit GraphBoxes(const Graph& graph);
  LayoutQuery query() const;

 private:
  std::vector<double> widths_;
  std::vector<LayoutArrow> arrows_;
};

enum class SvgPlace : std::uint8_t {
  file,  // stands alone, with its colours for light and dark
  page,  // inside of a page, which has the style
};

// `standings` by task, or empty.
ROTA_EXPORT std::string graph_to_svg(const Graph& graph, const GraphLayout& layout,
                                     const std::vector<TaskStanding>& standings, SvgPlace place);

}  // namespace rota::inline v1
