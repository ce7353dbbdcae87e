// SPDX-License-Identifier: Apache-2.0
// How the command speaks: results on stdout, errors and warnings on stderr, a line each. Knows no command.
#pragma once

#include <cstddef>
#include <string_view>

namespace rota::cli {

// Throws std::runtime_error where it cannot be written.
void print(std::string_view text);
// "rota: TEXT", with control characters shown as escapes; a message of several lines keeps its lines.
void print_error(std::string_view text);
void print_warning(std::string_view text);

// Writes out what is buffered; throws std::runtime_error where it cannot be written.
void flush_output();

bool stdout_is_terminal();
// Columns of the terminal, 80 where it does not say.
std::size_t terminal_width();

}  // namespace rota::cli
