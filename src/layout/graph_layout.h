// SPDX-License-Identifier: Apache-2.0
// Where the boxes and arrows of a graph are drawn. Knows nothing of what the boxes are, and who draws them.
#pragma once

#include <rota/error.h>
#include <rota/export.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace rota::inline v1 {

// All in points, from the left upper corner.
struct LayoutPoint {
  double x = 0;
  double y = 0;
};

struct LayoutArrow {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};

struct ArrowCurve {
  LayoutArrow arrow = {};
  // A Bézier curve: where it begins, then three points for each piece of it.
  std::vector<LayoutPoint> points = {};
};

struct GraphLayout {
  double width = 0;
  double height = 0;
  std::vector<LayoutPoint> centers = {};  // of the boxes
  std::vector<ArrowCurve> curves = {};    // one for each arrow, in no order
};

// The drawing program is not there, fails, or takes too long.
class ROTA_EXPORT LayoutError : public Error {
 public:
  using Error::Error;
};

struct LayoutQuery {
  std::span<const double> box_widths = {};  // one for each box
  double box_height = 0;
  std::span<const LayoutArrow> arrows = {};
  std::chrono::seconds time_limit{120};
};

// From left to right, each box after those whose arrows lead to it. Asks the program `dot` of Graphviz, in a
// process of its own. Throws LayoutError.
ROTA_EXPORT GraphLayout lay_out_graph(const LayoutQuery& query);

}  // namespace rota::inline v1
