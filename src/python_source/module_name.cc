// SPDX-License-Identifier: Apache-2.0
#include "python_source/module_name.h"

#include "os/text.h"

#include <algorithm>

namespace rota::inline v1 {
namespace {

constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_beyond_ascii(char c) noexcept { return static_cast<unsigned char>(c) >= 0x80; }

std::string_view without_task(std::string_view class_name) {
  constexpr std::string_view kEnd = "Task";
  if (!class_name.ends_with(kEnd)) return class_name;
  class_name.remove_suffix(kEnd.size());
  return class_name.substr(0, class_name.find_last_not_of('_') + 1);
}

}  // namespace

bool is_python_identifier(std::string_view name) noexcept {
  if (name.empty() || is_digit(name.front()) || !is_utf8(name)) return false;
  return std::ranges::all_of(name, [](char c) {
    return is_upper(c) || is_lower(c) || is_digit(c) || c == '_' || is_beyond_ascii(c);
  });
}

std::string task_id_of_class_name(std::string_view class_name) {
  if (const std::string_view stem = without_task(class_name);
      stem.find_first_not_of('_') != std::string_view::npos) {
    class_name = stem;
  }
  std::string task_id;
  for (std::size_t at = 0; at < class_name.size(); ++at) {
    const char c = class_name[at];
    if (!is_upper(c)) {
      task_id += c;
      continue;
    }
    const char before = at > 0 ? class_name[at - 1] : '_';
    const bool ends_capitals =
        is_upper(before) && at + 1 < class_name.size() && is_lower(class_name[at + 1]);
    if (is_lower(before) || is_digit(before) || ends_capitals) task_id += '_';
    task_id += static_cast<char>(c - 'A' + 'a');
  }
  return task_id;
}

}  // namespace rota::inline v1
