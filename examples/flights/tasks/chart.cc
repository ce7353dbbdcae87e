// SPDX-License-Identifier: Apache-2.0
#include "chart.h"

#include "html.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace flights {
namespace {

// Pixels.
constexpr int kLabelHeight = 20;
constexpr int kBarHeight = 13;
constexpr int kRowGap = 11;
constexpr int kPlotTop = 14;
constexpr int kPlotHeight = 240;
constexpr int kAxisHeight = 42;

// Of the width; the rest is for the numbers at the ends of the bars.
constexpr double kBarPercent = 86;

struct Extent {
  double minimum;
  double maximum;
};

// Of all values, and zero.
Extent extent_of(const Chart& chart) {
  Extent extent{0, chart.scale_maximum};
  for (const Series& series : chart.series) {
    for (const double value : series.values) {
      if (std::isnan(value)) continue;
      extent.minimum = std::min(extent.minimum, value);
      extent.maximum = std::max(extent.maximum, value);
    }
  }
  if (extent.minimum == extent.maximum) extent.maximum = 1;
  return extent;
}

std::string begin_svg(const Chart& chart, int height) {
  return fmt::format(
      "<svg class=\"chart\" width=\"100%\" height=\"{0}\" role=\"img\" "
      "aria-labelledby=\"{1}-title {1}-desc\">\n"
      "<title id=\"{1}-title\">{2}</title>\n<desc id=\"{1}-desc\">{3}</desc>\n",
      height, escape_html(chart.id), escape_html(chart.title), escape_html(chart.description));
}

std::string tooltip(const Chart& chart, const Series& series, std::size_t at) {
  return fmt::format("<title>{}, {}: {} {}</title>", escape_html(chart.labels[at]),
                     escape_html(series.name), format_number(series.values[at]),
                     escape_html(chart.unit));
}

std::string grid(const std::vector<double>& ticks, const std::string& unit) {
  std::string svg;
  for (const double tick : ticks) {
    const double y =
        kPlotTop + kPlotHeight * (ticks.back() - tick) / (ticks.back() - ticks.front());
    svg += fmt::format("<line class=\"{0}\" x1=\"0\" x2=\"100%\" y1=\"{1:.1f}\" y2=\"{1:.1f}\"/>\n",
                       tick == 0 ? "axis" : "grid", y);
    svg += fmt::format("<text class=\"tick\" x=\"0\" y=\"{:.1f}\">{:g}{}</text>\n", y - 4, tick,
                       tick == ticks.back() ? " " + escape_html(unit) : "");
  }
  return svg;
}

}  // namespace

std::string bar_chart(const Chart& chart) {
  const int row_height =
      kLabelHeight + static_cast<int>(chart.series.size()) * kBarHeight + kRowGap;
  const Extent extent = extent_of(chart);
  const auto percent = [&](double value) {
    return kBarPercent * (value - extent.minimum) / (extent.maximum - extent.minimum);
  };
  std::string svg = begin_svg(chart, static_cast<int>(chart.labels.size()) * row_height);
  for (std::size_t at = 0; at < chart.labels.size(); ++at) {
    int y = static_cast<int>(at) * row_height + kLabelHeight;
    svg += fmt::format("<text x=\"0\" y=\"{}\">{}", y - 6, escape_html(chart.labels[at]));
    if (!chart.notes.empty()) {
      svg += fmt::format("<tspan class=\"note\" dx=\"8\">{}</tspan>", escape_html(chart.notes[at]));
    }
    svg += "</text>\n";
    for (std::size_t s = 0; s < chart.series.size(); ++s, y += kBarHeight) {
      const double value = chart.series[s].values[at];
      if (std::isnan(value)) continue;
      const double from = percent(std::min(value, 0.0)), to = percent(std::max(value, 0.0));
      svg += fmt::format(
          "<rect class=\"s{}\" x=\"{:.3f}%\" y=\"{}\" width=\"{:.3f}%\" height=\"{}\" "
          "rx=\"2\">{}</rect>",
          s, from, y, to - from, kBarHeight - 2, tooltip(chart, chart.series[s], at));
      svg += fmt::format("<text class=\"value\" x=\"{:.3f}%\" dx=\"6\" y=\"{}\">{}</text>\n", to,
                         y + kBarHeight - 3, format_number(value));
    }
  }
  return svg + "</svg>\n";
}

std::string line_chart(const Chart& chart) {
  const Extent extent = extent_of(chart);
  const std::vector<double> ticks = round_ticks(extent.minimum, extent.maximum);
  const auto x = [&](std::size_t at) {
    return 100 * (static_cast<double>(at) + 0.5) / static_cast<double>(chart.labels.size());
  };
  const auto y = [&](double value) {
    return (ticks.back() - value) / (ticks.back() - ticks.front());
  };

  std::string svg =
      begin_svg(chart, kPlotTop + kPlotHeight + kAxisHeight) + grid(ticks, chart.unit);
  for (std::size_t at = 0; at < chart.labels.size(); ++at) {
    svg += fmt::format("<text class=\"tick middle{}\" x=\"{:.3f}%\" y=\"{}\">{}</text>\n",
                       at % 2 == 0 ? "" : " wide", x(at), kPlotTop + kPlotHeight + 20,
                       escape_html(chart.labels[at]));
  }
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    const std::vector<double>& values = chart.series[s].values;
    std::string path, dots;
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (std::isnan(values[at])) continue;
      const bool goes_on = at > 0 && !std::isnan(values[at - 1]);
      path += fmt::format("{}{:.3f} {:.3f}", goes_on ? "L" : "M", x(at), 100 * y(values[at]));
      dots += fmt::format(
          "<circle class=\"s{}\" cx=\"{:.3f}%\" cy=\"{:.1f}\" r=\"4\">{}</circle>\n", s, x(at),
          kPlotTop + kPlotHeight * y(values[at]), tooltip(chart, chart.series[s], at));
    }
    // The line is stretched with the page, its stroke is not.
    svg += fmt::format(
        "<svg x=\"0\" y=\"{}\" width=\"100%\" height=\"{}\" viewBox=\"0 0 100 100\" "
        "preserveAspectRatio=\"none\" "
        "overflow=\"visible\"><path class=\"line s{}\" vector-effect=\"non-scaling-stroke\" "
        "d=\"{}\"/></svg>\n{}",
        kPlotTop, kPlotHeight, s, path, dots);
  }
  return svg + "</svg>\n";
}

std::string box_plot(double minimum, double q1, double median, double q3, double maximum) {
  const double width = maximum > minimum ? maximum - minimum : 1;
  const auto x = [&](double value) { return 2 + 96 * (value - minimum) / width; };
  return fmt::format(
      "<svg class=\"box\" width=\"80\" height=\"16\" viewBox=\"0 0 100 16\" "
      "preserveAspectRatio=\"none\" "
      "aria-hidden=\"true\"><path d=\"M{0:.1f} 8H{4:.1f}M{0:.1f} 4V12M{4:.1f} 4V12\"/>"
      "<rect x=\"{1:.1f}\" y=\"3\" width=\"{5:.1f}\" height=\"10\"/><path class=\"median\" "
      "d=\"M{2:.1f} 2V14\"/></svg>",
      x(minimum), x(q1), x(median), x(q3), x(maximum), x(q3) - x(q1));
}

std::vector<double> round_ticks(double minimum, double maximum) {
  double step = std::pow(10, std::floor(std::log10((maximum - minimum) / 5)));
  const auto count = [&] { return std::ceil(maximum / step) - std::floor(minimum / step) + 1; };
  for (const double factor : {2.0, 2.5, 2.0}) {
    if (count() > 6) step *= factor;
  }
  std::vector<double> ticks = {std::floor(minimum / step) * step};
  while (ticks.back() < maximum) {
    ticks.push_back((std::floor(minimum / step) + static_cast<double>(ticks.size())) * step);
  }
  return ticks;
}

}  // namespace flights
