// SPDX-License-Identifier: Apache-2.0
#include "report/graph_svg.h"

#include "report/markup_text.h"
#include "report/printable.h"
#include "report/shortened.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr double kBoxHeight = 42;
constexpr double kLetterWidth = 7.3;  // of the font below: letters of one width
constexpr double kLeastBoxWidth = 96;
constexpr double kMargin = 12;
constexpr std::size_t kMostLetters = 44;

constexpr std::string_view kStyle = R"CSS(<style>
svg { background: #fff; font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.task rect { fill: #f1f3f5; stroke: #7b8794; stroke-width: 1.2; }
.task text { fill: #1f2933; text-anchor: middle; }
.task .words { fill: #52606d; font-size: 10px; }
.arrow { fill: none; stroke: #9aa5b1; stroke-width: 1.1; }
.head { fill: #9aa5b1; }
.up_to_date rect, .succeeded rect { fill: #e3f6ea; stroke: #2f8f57; }
.stale rect { fill: #fff3d6; stroke: #b7791f; }
.failed rect { fill: #fde4e4; stroke: #c0392b; stroke-width: 2; }
.running rect { fill: #e1edff; stroke: #2b6cb0; }
.not_reached rect { stroke-dasharray: 5 3; stroke: #c0392b; }
.never_ran rect { stroke-dasharray: 2 3; }
@media (prefers-color-scheme: dark) {
  svg { background: #14181d; }
  .task rect { fill: #232a32; stroke: #7b8794; }
  .task text { fill: #e4e7eb; }
  .task .words { fill: #a8b3bf; }
  .arrow { stroke: #52606d; }
  .head { fill: #52606d; }
  .up_to_date rect, .succeeded rect { fill: #173526; stroke: #4cc38a; }
  .stale rect { fill: #3b2f14; stroke: #e0a93b; }
  .failed rect { fill: #43201f; stroke: #ff7b72; }
  .running rect { fill: #17304f; stroke: #6cb0ff; }
}
</style>
)CSS";

std::string shown_id(const std::string& task_id) {
  return shortened(printable(task_id), kMostLetters, "\xE2\x80\xA6");
}

double box_width(const std::string& task_id) {
  const auto letters = static_cast<double>(display_width(shown_id(task_id)));
  return std::max(kLeastBoxWidth, letters * kLetterWidth + 26);
}

class Drawing {
 public:
  Drawing(const Graph& graph, const GraphLayout& layout, const std::vector<TaskStanding>& standings)
      : graph_(graph), layout_(layout), standings_(standings) {}

  std::string draw(SvgPlace place) {
    begin(place);
    for (const ArrowCurve& curve : layout_.curves) draw_arrow(curve);
    for (TaskIndex task = 0; task < graph_.size(); ++task) draw_task(task);
    return std::move(text_) + "</g>\n</svg>\n";
  }

 private:
  void begin(SvgPlace place) {
    const double width = std::ceil(layout_.width + 2 * kMargin);
    const double height = std::ceil(layout_.height + 2 * kMargin);
    if (place == SvgPlace::file) text_ += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    text_ += fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"graph-drawing\" width=\"{0}\" "
        "height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"group\" aria-label=\"{2}\">\n",
        width, height, "Graph of the tasks");
    if (place == SvgPlace::file) text_ += kStyle;
    text_ +=
        "<defs><marker id=\"arrow-head\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" "
        "markerUnits=\"userSpaceOnUse\" "
        "markerWidth=\"9\" markerHeight=\"9\" orient=\"auto\"><path class=\"head\" "
        "d=\"M0 0.8L8 4L0 7.2z\"/></marker></defs>\n";
    text_ += fmt::format("<g id=\"graph-content\" transform=\"translate({0} {0})\">\n", kMargin);
  }

  void draw_arrow(const ArrowCurve& curve) {
    const auto& points = curve.points;
    text_ += fmt::format("<path class=\"arrow\" id=\"a{}-{}\" marker-end=\"url(#arrow-head)\" d=\"",
                         curve.arrow.from, curve.arrow.to);
    text_ += fmt::format("M{:.1f} {:.1f}", points[0].x, points[0].y);
    for (std::size_t at = 1; at < points.size(); ++at)
      text_ += fmt::format("{}{:.1f} {:.1f}", at % 3 == 1 ? "C" : " ", points[at].x, points[at].y);
    text_ += "\"/>\n";
  }

  void draw_task(TaskIndex task) {
    const std::string& task_id = graph_.task_id(task);
    const TaskStanding* standing = task < standings_.size() ? &standings_[task] : nullptr;
    const LayoutPoint& center = layout_.centers[task];
    const double width = box_width(task_id);
    text_ += fmt::format("<g class=\"task{}{}\" id=\"n{}\" transform=\"translate({:.1f} {:.1f})\">",
                         standing == nullptr ? "" : " ",
                         standing == nullptr ? "" : to_string(standing->condition), task, center.x,
                         center.y);
    text_ += fmt::format("<title>{}</title>", title(task, standing));
    text_ += fmt::format("<rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" rx=\"6\"/>",
                         -width / 2, -kBoxHeight / 2, width, kBoxHeight);
    text_ += fmt::format("<text y=\"{}\">{}</text>", standing == nullptr ? 4 : -2,
                         markup_text(shown_id(task_id)));
    if (standing != nullptr) {
      text_ +=
          fmt::format("<text class=\"words\" y=\"13\">{}</text>", markup_text(standing->words()));
    }
    text_ += "</g>\n";
  }

  std::string title(TaskIndex task, const TaskStanding* standing) const {
    const std::string& description = graph_.task_class(task)->metadata().description;
    std::string title = markup_text(graph_.task_id(task));
    if (!description.empty()) title += "\n" + markup_text(description);
    if (standing == nullptr) return title;
    title += "\n" + markup_text(standing->words());
    const bool tells_more = !standing->reason.empty() && standing->reason != standing->words();
    return tells_more ? title + ": " + markup_text(standing->reason) : title;
  }

  const Graph& graph_;
  const GraphLayout& layout_;
  const std::vector<TaskStanding>& standings_;
  std::string text_;
};

}  // namespace

GraphBoxes::GraphBoxes(const Graph& graph) {
  widths_.reserve(graph.size());
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    widths_.push_back(box_width(graph.task_id(task)));
    for (const TaskIndex dependent : graph.dependents(task)) arrows_.push_back({task, dependent});
  }
}

LayoutQuery GraphBoxes::query() const {
  return {.box_widths = widths_, .box_height = kBoxHeight, .arrows = arrows_};
}

std::string graph_to_svg(const Graph& graph, const GraphLayout& layout,
                         const std::vector<TaskStanding>& standings, SvgPlace place) {
  return Drawing(graph, layout, standings).draw(place);
}

}  // namespace rota::inline v1
