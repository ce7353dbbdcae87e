// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include "report/table.h"

#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace rota::cli {
namespace {

[[noreturn]] void throw_output_error() {
  throw std::runtime_error(
      fmt::format("standard output cannot be written: {}", std::generic_category().message(errno)));
}

// Whether stderr can be written or not, the exit status tells how it went.
void print_to_stderr(const std::string& text) {
  std::fflush(stdout);
  std::fputs(text.c_str(), stderr);
}

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool locale_is_utf8() {
  const locale_t locale = ::newlocale(LC_CTYPE_MASK, "", nullptr);
  if (locale == nullptr) return false;
  const bool is_utf8 = std::string_view(::nl_langinfo_l(CODESET, locale)) == "UTF-8";
  ::freelocale(locale);
  return is_utf8;
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) throw_output_error();
}

void print_error(std::string_view text) {
  print_to_stderr(fmt::format("rota: {}\n", printable(text)));
}

void print_error_lines(std::string_view text) {
  std::string lines = "rota: ";
  for (;;) {
    const std::size_t end = text.find('\n');
    lines += printable(text.substr(0, end)) + "\n";
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  print_to_stderr(lines);
}

void print_warning(std::string_view text) { print_error(fmt::format("warning: {}", text)); }

void flush_output() {
  if (std::fflush(stdout) != 0) throw_output_error();
}

StdoutSetAside::StdoutSetAside() {
  flush_output();
  kept_ = ::dup(STDOUT_FILENO);
  if (kept_ < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) throw_output_error();
}

StdoutSetAside::~StdoutSetAside() {
  std::fflush(stdout);
  ::dup2(kept_, STDOUT_FILENO);
  ::close(kept_);
}

bool stdout_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

bool stdout_can_be_redrawn() {
  const std::string_view terminal = environment("TERM");
  return stdout_is_terminal() && !terminal.empty() && terminal != "dumb";
}

TerminalShape terminal_shape() {
  static const bool is_utf8 = locale_is_utf8();
  static const bool has_colour = stdout_can_be_redrawn() && environment("NO_COLOR").empty();
  TerminalShape shape{.is_utf8 = is_utf8, .has_colour = has_colour};
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return shape;
  if (size.ws_col > 0) shape.columns = size.ws_col;
  if (size.ws_row > 0) shape.rows = size.ws_row;
  return shape;
}

}  // namespace rota::cli
