// SPDX-License-Identifier: Apache-2.0
// The lines that the scanner prints, one for each file. They come from a program that reads what anybody has written:
// nothing in them is believed before it is checked. Knows nothing of the program.
#pragma once

#include "python_source/source_record.h"

#include <optional>
#include <string_view>

namespace rota::inline v1 {

inline constexpr std::size_t kMaxAnswerLineBytes = std::size_t{16} * 1024 * 1024;

// Nothing where it is no answer for this file. Its content hash is left to the caller.
std::optional<SourceRecord> parse_scanner_answer(std::string_view line, std::string_view module,
                                                 std::string_view path);

}  // namespace rota::inline v1
