// SPDX-License-Identifier: Apache-2.0
#include <rota/project.h>

#include <fmt/format.h>
#define TOML_EXCEPTIONS 1
#include "os/file.h"

#include <cstdlib>
#include <optional>

#include <toml++/toml.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

// What is in the environment and not empty; nothing where the program has more rights than its caller.
std::optional<std::string> environment(const char* name) {
  const char* value = ::secure_getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

fs::path find_root(const fs::path& from) {
  std::error_code ignored;
  for (fs::path folder = from;; folder = folder.parent_path()) {
    if (fs::is_regular_file(folder / "rota.toml", ignored) ||
        fs::is_directory(folder / ".rota", ignored)) {
      return folder;
    }
    if (folder == folder.parent_path()) return from;
  }
}

[[noreturn]] void throw_toml_error(const fs::path& file, const toml::source_region& where,
                                   std::string_view what) {
  throw Error(fmt::format("{}:{}: {}; correct the file or move it away", file.string(),
                          where.begin.line, what));
}

std::vector<fs::path> read_search_path(const fs::path& file, const fs::path& root) {
  toml::table table;
  try {
    table = toml::parse_file(file.string());
  } catch (const toml::parse_error& error) {
    throw_toml_error(file, error.source(), error.description());
  }
  for (const auto& [key, value] : table) {
    if (key.str() != "path") {
      throw_toml_error(file, key.source(),
                       fmt::format("unknown setting '{}' (there is: path)", key.str()));
    }
  }
  std::vector<fs::path> path;
  const toml::node* setting = table.get("path");
  if (setting == nullptr) return path;
  const toml::array* entries = setting->as_array();
  if (entries == nullptr)
    throw_toml_error(file, setting->source(), "path must be a list of folders");
  for (const toml::node& entry : *entries) {
    const auto text = entry.value<std::string>();
    if (!text || text->empty())
      throw_toml_error(file, entry.source(), "path must be a list of folders");
    path.push_back((root / *text).lexically_normal());
  }
  return path;
}

}  // namespace

std::vector<fs::path> parse_search_path(std::string_view text) {
  std::vector<fs::path> folders;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    if (end > 0) folders.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return folders;
}

Project find_project(const fs::path& from) {
  Project project;
  project.root = find_root(fs::absolute(from).lexically_normal());
  const auto log = environment("ROTA_LOG");
  if (log && log->find("://") != std::string::npos) {
    throw Error(fmt::format("ROTA_LOG={}: the log of this version is a file; name its path", *log));
  }
  project.log_path = log ? fs::absolute(*log) : project.root / ".rota" / "log.db";

  if (const auto allowed = environment("ROTA_PLUGIN_ALLOW"))
    project.allowed_folders = parse_search_path(*allowed);
  if (const auto path = environment("ROTA_PATH")) project.search_path = parse_search_path(*path);
  const fs::path settings = project.root / "rota.toml";
  std::error_code ignored;
  if (project.search_path.empty() && fs::exists(settings, ignored)) {
    project.search_path = read_search_path(settings, project.root);
  }
  project.search_path_is_given = !project.search_path.empty();
  if (!project.search_path_is_given) project.search_path = {project.root};
  return project;
}

}  // namespace rota::inline v1
