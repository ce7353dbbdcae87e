// SPDX-License-Identifier: Apache-2.0
// What the JSON of all reports has in common: order of keys, lines, and bad UTF-8. Knows no
// subject.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace rota::inline v1 {

using Json = nlohmann::ordered_json;

// On one line.
std::string compact(const Json& json);
// Indented, ended by a newline.
std::string indented(const Json& json);
// Text that is JSON; text that should be and is not stays text.
Json embedded(const std::string& text);
double seconds(std::chrono::microseconds duration);

// "[\n{...},\n{...}\n]", an element a line; made without a tree of the whole, which may have a
// million.
template <class Range, class ToJson>
std::string lines(const Range& range, ToJson&& to_json) {
  std::string text = "[";
  std::string_view separator = "\n";
  for (const auto& element : range) {
    text += separator;
    text += compact(to_json(element));
    separator = ",\n";
  }
  if (text.size() > 1) text += '\n';
  return text + ']';
}

// The object `head` with one more member, a list of `lines`; ended by a newline.
std::string with_list(const Json& head, std::string_view name, std::string_view lines);

}  // namespace rota::inline v1
