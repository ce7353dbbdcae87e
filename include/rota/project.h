// SPDX-License-Identifier: Apache-2.0
// The project that a process works in: its root folder, where its log is and where its plugins are looked
// for. Knows nothing of tasks.
#pragma once

#include <rota/error.h>
#include <rota/export.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// A setting of rota.toml as text, for who knows what it means.
struct Setting {
  std::string name = {};
  std::string value = {};  // a number and a boolean as in TOML, a list with ", " between
  std::uint32_t line = 0;
};

// `[task."t_import*"]`: for the tasks whose ids the pattern matches (glob(7)).
struct TaskSettings {
  std::string pattern = {};
  std::vector<Setting> settings = {};
};

struct ProjectSettings {
  std::vector<Setting> run = {};         // [run]
  std::vector<Setting> pools = {};       // [pools]
  std::vector<TaskSettings> tasks = {};  // in the order of the file
};

struct Project {
  // The nearest folder upward that has `.rota/` or `rota.toml`, else the folder it was looked for from.
  std::filesystem::path root;
  // What ROTA_LOG says, else root/.rota/log.db.
  std::filesystem::path log_path;
  // Where packages are looked up: --path, ROTA_PATH, `path` of rota.toml (relative to the root); where none
  // of them is given, the root.
  std::vector<std::filesystem::path> search_path;
  // True: someone named the search path, so its folders are meant as a whole. False: it is the root.
  bool search_path_is_given = false;
  // What ROTA_PLUGIN_ALLOW says: when there are any, plugins are taken from below these folders only.
  std::vector<std::filesystem::path> allowed_folders = {};
  ProjectSettings settings = {};
};

// Looks at the file system and the environment, each time. Throws Error where rota.toml is not valid,
// naming the line.
ROTA_EXPORT Project
find_project(const std::filesystem::path& from = std::filesystem::current_path());

// Folders separated by ':' as in PATH; empty ones are left out.
ROTA_EXPORT std::vector<std::filesystem::path> parse_search_path(std::string_view text);

}  // namespace rota::inline v1
