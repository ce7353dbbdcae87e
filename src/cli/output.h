// SPDX-License-Identifier: Apache-2.0
// How the command speaks: results on stdout, errors and warnings on stderr, a line each. Knows no command.
#pragma once

#include <cstddef>
#include <string_view>

namespace rota::cli {

// Throws std::runtime_error where it cannot be written.
void print(std::string_view text);
// "rota: TEXT" in one line, with control characters shown as escapes. Never throws for a stderr that is full
// or closed.
void print_error(std::string_view text);
// The same for a message that has several lines.
void print_error_lines(std::string_view text);
void print_warning(std::string_view text);

// Writes out what is buffered; throws std::runtime_error where it cannot be written.
void flush_output();

// While it lives, what anyone writes to stdout goes to stderr: stdout is for the result alone.
class StdoutSetAside {
 public:
  StdoutSetAside();
  StdoutSetAside(const StdoutSetAside&) = delete;
  StdoutSetAside& operator=(const StdoutSetAside&) = delete;
  ~StdoutSetAside();

 private:
  int kept_ = -1;
};

bool stdout_is_terminal();
// Columns of the terminal, 80 where it does not say.
std::size_t terminal_width();

}  // namespace rota::cli
