// SPDX-License-Identifier: Apache-2.0
// How the command speaks: results on stdout, errors and warnings on stderr, a line each. Knows no command.
#pragma once

#include "report/live_view.h"

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
// Whether stdout is a terminal that can take lines away again: not one that calls itself dumb.
bool stdout_can_be_redrawn();
// Of the terminal that stdout is, now: 80 columns and 24 rows where it does not say. Colours are for terminals,
// and for those who have not set NO_COLOR.
TerminalShape terminal_shape();

}  // namespace rota::cli
