// SPDX-License-Identifier: Apache-2.0
// Text from anywhere, made fit for a terminal. Knows no subject.
#pragma once

#include <rota/export.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace rota::inline v1 {

// `text` with control characters, characters that turn the direction of writing and bytes that are
// not UTF-8 shown as escapes ("\x1b", "\n", "\u202e"), so that no value can move the cursor, change
// colours or forge a line.
ROTA_EXPORT std::string printable(std::string_view text);

// Printable text in which all that is not ASCII is shown as such escapes too.
std::string printable_ascii(std::string_view printable_text);

// JSON with those of these characters that JSON leaves as they are inside its strings written as
// "\u009b": the same value, but nothing that a terminal obeys.
std::string printable_json(std::string json);

// How many columns it takes: one for each character, two for those of East Asia and emoji, none for
// combining marks.
ROTA_EXPORT std::size_t display_width(std::string_view printable_text);

}  // namespace rota::inline v1
