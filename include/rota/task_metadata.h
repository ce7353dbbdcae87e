// SPDX-License-Identifier: Apache-2.0
// What a task class says of itself, and the grammar of its id. Plain data: knows no class and no file.
#pragma once

#include <rota/arguments.h>
#include <rota/export.h>
#include <rota/policy.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// A named argument that a task class declares. Where a class declares any, the arguments for it are
// checked against them before an instance is made.
struct Parameter {
  std::string name = {};
  ParameterType type = ParameterType::any;
  Value default_value = {};  // what counts when the argument is not given; null: nothing
  std::string description = {};
  bool required = false;  // an argument must be given

  friend bool operator==(const Parameter&, const Parameter&) = default;
};

// Fields and defaults are those of the PAMOLA Core document.
struct TaskMetadata {
  std::string task_id = {};
  std::string task_type = "unknown";
  std::string description = {};
  std::string version = "1.0.0";
  std::string class_name = {};
  std::string module = {};  // where the class is defined: the plugin's dotted path, or "__main__"
  std::vector<std::string> dependencies = {};
  std::string author = "unknown";
  std::vector<Parameter> parameters = {};
  std::map<std::string, std::string> tags = {};  // further docstring tags, names in lower case
  TaskPolicy policy = {};  // how it wants to be run; rota.toml and the command line are stronger

  friend bool operator==(const TaskMetadata&, const TaskMetadata&) = default;
};

inline constexpr std::size_t kMaxTaskIdBytes = 200;

// 1 to 200 bytes of A-Z a-z 0-9 _ . -, the first a letter or _.
constexpr bool is_valid_task_id(std::string_view id) noexcept {
  if (id.empty() || id.size() > kMaxTaskIdBytes) return false;
  for (std::size_t at = 0; at < id.size(); ++at) {
    const char c = id[at];
    const bool first = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    if (!first && (at == 0 || !((c >= '0' && c <= '9') || c == '.' || c == '-'))) return false;
  }
  return true;
}

// 1 to 100 printable ASCII bytes without spaces: "1.2.0", "2026-11-23", "1.0.0-rc.1+build5".
constexpr bool is_valid_version(std::string_view version) noexcept {
  if (version.empty() || version.size() > 100) return false;
  for (const char c : version) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

// Fills from the tags of a docstring (`@author: ...`, `@version: ...`, a tag to a line, its name in any
// case) what `metadata` leaves at its default; every tag that names no field goes to `tags`. The id is
// never taken from a tag, and a description that is empty becomes the text before the first tag.
ROTA_EXPORT void apply_docstring(std::string_view docstring, TaskMetadata& metadata);

}  // namespace rota::inline v1
