// SPDX-License-Identifier: Apache-2.0
#include "os/one_line.h"

#include <iterator>

#include <fmt/format.h>

namespace rota::inline v1 {

std::string one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\t') {
      line += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      fmt::format_to(std::back_inserter(line), "\\x{:02X}", byte);
    } else {
      line += c;
    }
  }
  return line;
}

}  // namespace rota::inline v1
