// SPDX-License-Identifier: Apache-2.0
// Columns of text for a person, aligned by their width on a terminal. Knows no subject.
#pragma once

#include "report/printable.h"
#include <rota/export.h>

#include <string>
#include <vector>

namespace rota::inline v1 {

class ROTA_EXPORT Table {
 public:
  // Values are made printable; a row may have fewer of them than others.
  void add_row(const std::vector<std::string>& values);
  // A line for each row, its columns two blanks apart, no blanks at its end.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;  // of the columns
};

}  // namespace rota::inline v1
