// SPDX-License-Identifier: Apache-2.0
#include "report/printable.h"

#include "os/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// East Asian Width W and F of Unicode 15, without its small gaps.
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},
    Range{0x3400, 0x4DBF},   Range{0x4E00, 0xA4CF},   Range{0xA960, 0xA97C},
    Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},
    Range{0xFF01, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x17000, 0x18CFF},
    Range{0x1B000, 0x1B2FF}, Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF},
    Range{0x1F900, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD}};
constexpr std::array kWithoutWidth = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x064B, 0x065F},
    Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200D}, Range{0x20D0, 0x20FF},
    Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0xFEFF, 0xFEFF}};
// Controls, the marks that turn the direction of writing, and the separators of lines and
// paragraphs.
constexpr std::array kNotShown = {
    Range{0x00, 0x1F},     Range{0x7F, 0x9F},     Range{0x061C, 0x061C}, Range{0x200E, 0x200F},
    Range{0x2028, 0x202E}, Range{0x2066, 0x2069}, Range{0xFFF9, 0xFFFB}, Range{0xE0000, 0xE007F}};

bool is_among(char32_t character, const auto& ranges) {
  return std::ranges::any_of(
      ranges, [&](Range range) { return range.first <= character && character <= range.last; });
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

struct Character {
  char32_t value = 0;
  std::size_t bytes = 0;  // 0: no character begins here
};

Character read_character(std::string_view text) {
  constexpr std::array<unsigned, 5> kFirstByteBits = {0, 0x7F, 0x1F, 0x0F, 0x07};
  for (std::size_t bytes = 1; bytes <= std::min<std::size_t>(4, text.size()); ++bytes) {
    if (!is_utf8(text.substr(0, bytes))) continue;
    char32_t value = static_cast<unsigned char>(text[0]) & kFirstByteBits[bytes];
    for (std::size_t at = 1; at < bytes; ++at)
      value = value << 6 | (static_cast<unsigned char>(text[at]) & 0x3FU);
    return {value, bytes};
  }
  return {};
}

std::string escape(char32_t character) {
  if (character == '\n') return "\\n";
  if (character == '\t') return "\\t";
  if (character == '\r') return "\\r";
  const auto number = static_cast<std::uint32_t>(character);
  if (number < 0x80) return fmt::format("\\x{:02x}", number);
  return number < 0x10000 ? fmt::format("\\u{:04x}", number) : fmt::format("\\U{:08x}", number);
}

}  // namespace

std::string printable(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const Character character = read_character(text);
    if (character.bytes == 0) {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (is_among(character.value, kNotShown)) {
      shown += escape(character.value);
    } else {
      shown += text.substr(0, character.bytes);
    }
    text.remove_prefix(std::max<std::size_t>(1, character.bytes));
  }
  return shown;
}

std::string printable_ascii(std::string_view printable_text) {
  if (is_plain(printable_text)) return std::string(printable_text);
  std::string shown;
  while (!printable_text.empty()) {
    const Character character = read_character(printable_text);
    const std::size_t bytes = std::max<std::size_t>(1, character.bytes);
    if (character.bytes == 0)
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(printable_text[0]));
    else if (character.value < 0x7F)
      shown += printable_text[0];
    else
      shown += escape(character.value);
    printable_text.remove_prefix(bytes);
  }
  return shown;
}

std::string printable_json(std::string json) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x7F; };
  if (std::ranges::all_of(json, is_ascii)) return json;
  std::string shown;
  shown.reserve(json.size());
  for (std::string_view rest = json; !rest.empty();) {
    const Character character = read_character(rest);
    const std::size_t bytes = std::max<std::size_t>(1, character.bytes);
    if (character.value < 0x7F || !is_among(character.value, kNotShown)) {
      shown += rest.substr(0, bytes);
    } else if (character.value < 0x10000) {
      shown += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(character.value));
    } else {
      const auto above = static_cast<std::uint32_t>(character.value) - 0x10000;
      shown += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (above >> 10), 0xDC00 + (above & 0x3FF));
    }
    rest.remove_prefix(bytes);
  }
  return shown;
}

std::size_t display_width(std::string_view printable_text) {
  if (is_plain(printable_text)) return printable_text.size();
  std::size_t width = 0;
  for (std::string_view rest = printable_text; !rest.empty();) {
    const Character character = read_character(rest);
    rest.remove_prefix(std::max<std::size_t>(1, character.bytes));
    if (is_among(character.value, kWithoutWidth)) continue;
    width += is_among(character.value, kWide) ? 2 : 1;
  }
  return width;
}

}  // namespace rota::inline v1
