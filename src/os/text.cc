// SPDX-License-Identifier: Apache-2.0
#include "os/text.h"

#include <algorithm>
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

// How many bytes at the front of `text` are ASCII, as far as that is seen eight at a time; all of them, where all are.
std::size_t ascii_bytes(std::string_view text) noexcept {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::uint64_t some = 0;
  std::size_t at = 0;
  for (; text.size() - at >= sizeof some; at += sizeof some) {
    std::memcpy(&some, text.data() + at, sizeof some);
    if ((some & kHighBits) != 0) return at;
  }
  some = 0;
  for (std::size_t rest = at; rest < text.size(); ++rest)
    some |= static_cast<unsigned char>(text[rest]);
  return (some & kHighBits) == 0 ? text.size() : at;
}

// ASCII and no zero, for certain: of eight bytes at once it is told wrongly only where some are above 0x7F.
bool is_surely_plain(std::string_view text) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  const auto is_odd = [](std::uint64_t bytes) {
    return ((bytes | (bytes - kOnes)) & kHighBits) != 0;
  };
  std::uint64_t some = 0;
  if (text.size() < sizeof some) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<signed char>(c) > 0; });
  }
  // The last eight overlap with those before.
  for (std::size_t at = 0; at < text.size() - sizeof some; at += sizeof some) {
    std::memcpy(&some, text.data() + at, sizeof some);
    if (is_odd(some)) return false;
  }
  std::memcpy(&some, text.data() + text.size() - sizeof some, sizeof some);
  return !is_odd(some);
}

bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    // Most texts are nothing but ASCII.
    if (static_cast<std::uint8_t>(text[at]) < 0x80) {
      at += std::max<std::size_t>(ascii_bytes(text.substr(at)), 1);
      continue;
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

bool is_plain_text(std::string_view text) noexcept {
  return is_surely_plain(text) || (is_utf8(text) && text.find('\0') == std::string_view::npos);
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace rota::inline v1
