// SPDX-License-Identifier: Apache-2.0
// The lines in which Python answers, one for each file: what the scanner prints, and what is told of a module that was
// imported. They come from a program that reads what anybody has written:
// nothing in them is believed before it is checked. Knows nothing of the program.
#pragma once

#include "python_source/source_record.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rota::inline v1 {

// Nothing where it is no answer for this file. Its content hash is left to the caller.
std::optional<SourceRecord> parse_scanner_answer(std::string_view line, std::string_view module,
                                                 std::string_view path);

// Of a module that was imported: its task classes, each with all that it says of itself as attributes.
struct ModuleAnswer {
  SourceRecord record = {};
  std::vector<std::pair<std::string, std::string>> faults = {};  // classes that are not valid; why
};

std::optional<ModuleAnswer> parse_module_answer(std::string_view line, std::string_view module,
                                                std::string_view path);

}  // namespace rota::inline v1
