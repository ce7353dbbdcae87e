// SPDX-License-Identifier: Apache-2.0
#include "layout/plain_output.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace rota::inline v1 {
namespace {

constexpr double kPointsPerInch = 72;

// The words of a line, one after the other.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  std::string_view next() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
    const std::string_view word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(word.size());
    return word;
  }

  template <class Number>
  bool read(Number& number) {
    return parse(next(), number);
  }

  bool read_box(std::uint32_t& box, std::size_t boxes) {
    const std::string_view word = next();
    return word.starts_with('n') && parse(word.substr(1), box) && box < boxes;
  }

 private:
  template <class Number>
  static bool parse(std::string_view word, Number& number) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    return error == std::errc{} && end == word.data() + word.size();
  }

  std::string_view rest_;
};

class Parser {
 public:
  explicit Parser(std::size_t boxes) : boxes_(boxes) { layout_.centers.resize(boxes); }

  bool take(std::string_view line) {
    Words words(line);
    const std::string_view kind = words.next();
    if (kind == "graph") return take_graph(words);
    if (kind == "node") return take_node(words);
    if (kind == "edge") return take_edge(words);
    is_ended_ = kind == "stop";
    return is_ended_;
  }

  bool is_whole() const { return is_ended_ && placed_ == boxes_; }
  GraphLayout& layout() { return layout_; }

 private:
  bool take_graph(Words& words) {
    double scale = 0;
    if (!words.read(scale) || !words.read(layout_.width) || !words.read(layout_.height))
      return false;
    layout_.width *= kPointsPerInch;
    layout_.height *= kPointsPerInch;
    return true;
  }

  bool take_node(Words& words) {
    std::uint32_t box = 0;
    if (!words.read_box(box, boxes_) || !read_point(words, layout_.centers[box])) return false;
    ++placed_;
    return true;
  }

  bool take_edge(Words& words) {
    ArrowCurve curve;
    std::size_t count = 0;
    if (!words.read_box(curve.arrow.from, boxes_) || !words.read_box(curve.arrow.to, boxes_) ||
        !words.read(count) || count % 3 != 1)
      return false;
    for (; count > 0; --count) {
      LayoutPoint point;
      if (!read_point(words, point)) return false;
      curve.points.push_back(point);
    }
    layout_.curves.push_back(std::move(curve));
    return true;
  }

  // Graphviz counts upward.
  bool read_point(Words& words, LayoutPoint& point) const {
    if (!words.read(point.x) || !words.read(point.y)) return false;
    point.x *= kPointsPerInch;
    point.y = layout_.height - point.y * kPointsPerInch;
    return true;
  }

  const std::size_t boxes_;
  std::size_t placed_ = 0;
  bool is_ended_ = false;
  GraphLayout layout_;
};

}  // namespace

std::optional<GraphLayout> parse_plain_output(std::string_view text, std::size_t boxes) {
  Parser parser(boxes);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos || !parser.take(text.substr(0, end))) return {};
    text.remove_prefix(end + 1);
  }
  if (!parser.is_whole()) return {};
  return std::move(parser.layout());
}

}  // namespace rota::inline v1
