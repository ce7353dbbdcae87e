// SPDX-License-Identifier: Apache-2.0
#include <rota/project.h>

#include <fmt/format.h>
#define TOML_EXCEPTIONS 1
#include "os/file.h"

#include <algorithm>
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

toml::table parse(const fs::path& file) try {
  return toml::parse_file(file.string());
} catch (const toml::parse_error& error) {
  throw_toml_error(file, error.source(), error.description());
}

std::vector<fs::path> read_search_path(const fs::path& file, const toml::node& setting,
                                       const fs::path& root) {
  std::vector<fs::path> path;
  const toml::array* entries = setting.as_array();
  if (entries == nullptr)
    throw_toml_error(file, setting.source(), "path must be a list of folders");
  for (const toml::node& entry : *entries) {
    const auto text = entry.value<std::string>();
    if (!text || text->empty())
      throw_toml_error(file, entry.source(), "path must be a list of folders");
    path.push_back((root / *text).lexically_normal());
  }
  return path;
}

// Nothing where it is of a kind that no setting has.
std::optional<std::string> text_of(const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return text;
  if (const auto boolean = node.value_exact<bool>()) return *boolean ? "true" : "false";
  if (const auto integer = node.value_exact<std::int64_t>()) return std::to_string(*integer);
  if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  const toml::array* entries = node.as_array();
  if (entries == nullptr) return std::nullopt;
  std::string list;
  for (const toml::node& entry : *entries) {
    const auto text = entry.value_exact<std::string>();
    if (!text) return std::nullopt;
    list += (list.empty() ? "" : ", ") + *text;
  }
  return list;
}

const toml::table& require_table(const fs::path& file, std::string_view name,
                                 const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr)
    throw_toml_error(file, node.source(), fmt::format("{} must be a table, as [{}]", name, name));
  return *table;
}

std::vector<Setting> read_settings(const fs::path& file, const toml::table& table) {
  std::vector<Setting> settings;
  for (const auto& [key, node] : table) {
    auto text = text_of(node);
    if (!text) {
      throw_toml_error(
          file, key.source(),
          fmt::format("{} must be a text, a number, true or false, or a list of texts", key.str()));
    }
    settings.push_back({std::string(key.str()), *std::move(text), key.source().begin.line});
  }
  return settings;
}

// As they stand in the file: of two patterns that match, the later counts.
std::vector<TaskSettings> read_tasks(const fs::path& file, const toml::table& table) {
  std::vector<std::pair<toml::source_position, TaskSettings>> found;
  for (const auto& [key, node] : table) {
    found.emplace_back(key.source().begin,
                       TaskSettings{std::string(key.str()),
                                    read_settings(file, require_table(file, "task.\"ID\"", node))});
  }
  std::ranges::sort(found, {},
                    [](const auto& one) { return std::pair(one.first.line, one.first.column); });
  std::vector<TaskSettings> tasks;
  tasks.reserve(found.size());
  for (auto& [where, settings] : found) tasks.push_back(std::move(settings));
  return tasks;
}

// The file's search path goes to `project` only where nothing stronger names one.
void read_project_file(const fs::path& file, Project& project) {
  const toml::table table = parse(file);
  for (const auto& [key, node] : table) {
    if (key.str() == "path") {
      std::vector<fs::path> path = read_search_path(file, node, project.root);
      if (project.search_path.empty()) project.search_path = std::move(path);
    } else if (key.str() == "run") {
      project.settings.run = read_settings(file, require_table(file, "run", node));
    } else if (key.str() == "pools") {
      project.settings.pools = read_settings(file, require_table(file, "pools", node));
    } else if (key.str() == "task") {
      project.settings.tasks = read_tasks(file, require_table(file, "task", node));
    } else {
      throw_toml_error(
          file, key.source(),
          fmt::format("unknown setting '{}' (there is: path, [run], [pools], [task.\"ID\"])",
                      key.str()));
    }
  }
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
  if (fs::exists(settings, ignored)) read_project_file(settings, project);
  project.search_path_is_given = !project.search_path.empty();
  if (!project.search_path_is_given) project.search_path = {project.root};
  return project;
}

}  // namespace rota::inline v1
