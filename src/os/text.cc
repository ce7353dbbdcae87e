// SPDX-License-Identifier: Apache-2.0
#include "os/text.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace rota::inline v1 {
namespace {

struct Sequence {
  std::size_t length;
  std::uint8_t second_low;
  std::uint8_t second_high;
};

// The rows of table 3-7 by the first byte; length 0: no character begins with it.
Sequence sequence_of(std::uint8_t first) noexcept {
  if (first < 0x80) return {1, 0, 0};
  if (first < 0xC2) return {0, 0, 0};
  if (first < 0xE0) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first < 0xF0) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first < 0xF4) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    // Eight bytes of ASCII at a time: most texts are nothing else.
    std::uint64_t eight = 0;
    if (text.size() - at >= sizeof eight) {
      std::memcpy(&eight, text.data() + at, sizeof eight);
      if ((eight & 0x8080808080808080) == 0) {
        at += sizeof eight;
        continue;
      }
    }
    const Sequence sequence = sequence_of(static_cast<std::uint8_t>(text[at]));
    if (sequence.length == 0 || text.size() - at < sequence.length) return false;
    for (std::size_t next = 1; next < sequence.length; ++next) {
      const auto byte = static_cast<std::uint8_t>(text[at + next]);
      const std::uint8_t low = next == 1 ? sequence.second_low : 0x80;
      const std::uint8_t high = next == 1 ? sequence.second_high : 0xBF;
      if (byte < low || byte > high) return false;
    }
    at += sequence.length;
  }
  return true;
}

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace rota::inline v1
