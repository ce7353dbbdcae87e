// SPDX-License-Identifier: Apache-2.0
#include "report/shortened.h"

#include "report/printable.h"

namespace rota::inline v1 {
namespace {

bool goes_on(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::string shortened(std::string text, std::size_t width, std::string_view end) {
  if (display_width(text) <= width) return text;
  const std::size_t end_width = display_width(end);
  if (end_width > width) return {};
  std::size_t kept = 0;
  std::size_t columns = 0;
  while (kept < text.size()) {
    std::size_t next = kept + 1;
    while (next < text.size() && goes_on(text[next])) ++next;
    columns += display_width(std::string_view(text).substr(kept, next - kept));
    if (columns + end_width > width) break;
    kept = next;
  }
  text.resize(kept);
  return text + std::string(end);
}

}  // namespace rota::inline v1
