// SPDX-License-Identifier: Apache-2.0
// Charts as inline SVG. They take the width that they are given and keep the size of their text, so
// that they can be read on a phone. Colours are those of the page: classes s0, s1, ... for the
// series. Class wide marks what a narrow page has no room for.
#pragma once

#include <string>
#include <vector>

namespace flights {

struct Series {
  std::string name;
  std::vector<double> values;  // one for each label; NaN: nothing is drawn
};

struct Chart {
  std::string id;  // of its own in the page
  std::string title;
  std::string description;  // for those who cannot see it
  std::string unit;
  std::vector<std::string> labels;
  std::vector<std::string> notes;  // a few words for each label, or none at all
  std::vector<Series> series;
  double scale_maximum = 0;  // charts that are to be compared have the same; 0: the largest value
};

// Rows of horizontal bars, a bar for each series.
std::string bar_chart(const Chart& chart);
// A line for each series over evenly spaced labels.
std::string line_chart(const Chart& chart);
// Minimum, quartiles and maximum, small enough for a cell of a table.
std::string box_plot(double minimum, double q1, double median, double q3, double maximum);

// Ascending round numbers, at most six, that enclose `minimum` and `maximum`.
std::vector<double> round_ticks(double minimum, double maximum);

}  // namespace flights
