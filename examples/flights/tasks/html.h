// SPDX-License-Identifier: Apache-2.0
// Pieces of HTML. All text that comes in is escaped, so that no data can become markup.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace flights {

std::string escape_html(std::string_view text);

// 336,776
std::string format_count(std::size_t count);
// One digit after the point, a dash for NaN.
std::string format_number(double value);
std::string format_percent(double share);

class HtmlTable {
 public:
  // A header that begins with '<' aligns its column to the left, as text; others hold numbers. The
  // first column names the row.
  HtmlTable(std::string_view caption, std::initializer_list<std::string_view> headers);

  HtmlTable& begin_row();
  HtmlTable& cell(std::string_view text);
  HtmlTable& cell(std::size_t count) { return cell(format_count(count)); }
  HtmlTable& cell(double value) { return cell(format_number(value)); }
  HtmlTable& markup(std::string_view html);  // as it is
  std::string html() const;

 private:
  HtmlTable& add(std::string_view content);

  std::string head_, body_;
  std::string alignment_;  // a character for each column: '<' or '>'
  std::size_t column_ = 0;
};

}  // namespace flights
