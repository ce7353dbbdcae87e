// SPDX-License-Identifier: Apache-2.0
#include "html.h"

#include <cmath>

#include <fmt/format.h>

namespace flights {

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string format_count(std::size_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string format_number(double value) {
  return std::isnan(value) ? "–" : fmt::format("{:.1f}", value);
}

std::string format_percent(double share) {
  return std::isnan(share) ? "–" : fmt::format("{:.1f} %", share * 100);
}

HtmlTable::HtmlTable(std::string_view caption, std::initializer_list<std::string_view> headers) {
  head_ = fmt::format("<caption>{}</caption>\n<thead><tr>", escape_html(caption));
  for (std::string_view header : headers) {
    const bool text = header.starts_with('<');
    if (text) header.remove_prefix(1);
    alignment_ += text ? '<' : '>';
    head_ +=
        fmt::format("<th scope=\"col\"{}>{}</th>", text ? "" : " class=\"n\"", escape_html(header));
  }
  head_ += "</tr></thead>\n";
}

HtmlTable& HtmlTable::begin_row() {
  body_ += body_.empty() ? "<tr>" : "</tr>\n<tr>";
  column_ = 0;
  return *this;
}

HtmlTable& HtmlTable::cell(std::string_view text) { return add(escape_html(text)); }
HtmlTable& HtmlTable::markup(std::string_view html) { return add(html); }

HtmlTable& HtmlTable::add(std::string_view content) {
  const bool number = alignment_.at(column_) == '>';
  const char* name = column_ == 0 ? "th scope=\"row\"" : "td";
  body_ += fmt::format("<{}{}>{}</{}>", name, number ? " class=\"n\"" : "", content,
                       column_ == 0 ? "th" : "td");
  ++column_;
  return *this;
}

std::string HtmlTable::html() const {
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\"><table>\n{}<tbody>{}{}</tbody>\n</table></div>\n",
      head_, body_, body_.empty() ? "" : "</tr>");
}

}  // namespace flights
