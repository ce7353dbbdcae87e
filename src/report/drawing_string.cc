// SPDX-License-Identifier: Apache-2.0
#include "report/drawing_string.h"

#include "report/printable.h"

#include <initializer_list>
#include <utility>

namespace rota::inline v1 {
namespace {

using Replacements = std::initializer_list<std::pair<char, std::string_view>>;

// What is not printable is shown as an escape first, so that no value ends a line or a string.
std::string quoted(std::string_view text, Replacements replacements) {
  std::string result = "\"";
  for (const char c : printable(text)) {
    std::string_view part(&c, 1);
    for (const auto& [character, replacement] : replacements) {
      if (c == character) part = replacement;
    }
    result += part;
  }
  return result + '"';
}

}  // namespace

std::string dot_string(std::string_view text) {
  return quoted(text, {{'"', "\\\""}, {'\\', "\\\\"}});
}

// Mermaid reads # as the begin of an entity, ` as the begin of Markdown and \n as the end of a
// line.
std::string mermaid_string(std::string_view text) {
  return quoted(text, {{'"', "#quot;"},
                       {'#', "#35;"},
                       {'&', "#amp;"},
                       {'<', "#lt;"},
                       {'>', "#gt;"},
                       {'`', "#96;"},
                       {'\\', "#92;"}});
}

}  // namespace rota::inline v1
