// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include "report/table.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace rota::cli {
namespace {

[[noreturn]] void throw_output_error() {
  throw std::runtime_error(
      fmt::format("standard output cannot be written: {}", std::generic_category().message(errno)));
}

// Each line for itself, so that no value can forge one by control characters.
std::string printable_lines(std::string_view text) {
  std::string lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines += printable(text.substr(0, end));
    lines += '\n';
    if (end == std::string_view::npos || end + 1 == text.size()) return lines;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) throw_output_error();
}

void print_error(std::string_view text) {
  std::fflush(stdout);
  fmt::print(stderr, "rota: {}", printable_lines(text));
}

void print_warning(std::string_view text) { print_error(fmt::format("warning: {}", text)); }

void flush_output() {
  if (std::fflush(stdout) != 0) throw_output_error();
}

bool stdout_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace rota::cli
