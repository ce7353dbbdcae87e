// SPDX-License-Identifier: Apache-2.0
#include "report/table.h"

#include <algorithm>
#include <utility>

namespace rota::inline v1 {

void Table::add_row(const std::vector<std::string>& values) {
  std::vector<std::string> row;
  row.reserve(values.size());
  if (widths_.size() < values.size()) widths_.resize(values.size(), 0);
  for (std::size_t column = 0; column < values.size(); ++column) {
    row.push_back(printable(values[column]));
    widths_[column] = std::max(widths_[column], display_width(row.back()));
  }
  rows_.push_back(std::move(row));
}

std::string Table::text() const {
  std::string text;
  for (const auto& row : rows_) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      text += row[column];
      if (column + 1 < row.size())
        text.append(widths_[column] - display_width(row[column]) + 2, ' ');
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace rota::inline v1
