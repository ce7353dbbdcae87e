// SPDX-License-Identifier: Apache-2.0
// What a column looks like in figures.
#pragma once

#include "table.h"

#include <span>

namespace flights {

// The quantile q, 0 to 1, of values in ascending order, with linear interpolation between the two
// nearest (type 7 of Hyndman and Fan: the default of NumPy, pandas and R). NaN when there are none.
double quantile(std::span<const double> sorted, double q);

// Texts are compared by their bytes and have no quartiles. Figures are texts as written to a file,
// the shortest that read back exactly; empty where there is none.
struct ColumnProfile {
  std::size_t count = 0;  // values that are there
  std::size_t missing = 0;
  std::size_t distinct = 0;
  std::string minimum, first_quartile, median, third_quartile, maximum;
};

ColumnProfile profile_column(const Column& column);

// How many rows there are of each combination of values of `columns`, in no order; missing is a
// value.
std::vector<std::size_t> group_sizes(const Table& table, const std::vector<std::string>& columns);

}  // namespace flights
