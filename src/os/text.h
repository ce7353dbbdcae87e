// SPDX-License-Identifier: Apache-2.0
// Checks on text that came from outside. Knows nothing of where it came from.
#pragma once

#include <string_view>

namespace rota::inline v1 {

// Well-formed UTF-8 as of Unicode 15, table 3-7: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

// The same, and no zero byte in it.
bool is_plain_text(std::string_view text) noexcept;

// `text` without the blanks at its ends.
std::string_view trim(std::string_view text) noexcept;

}  // namespace rota::inline v1
