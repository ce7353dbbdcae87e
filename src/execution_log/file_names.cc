// SPDX-License-Identifier: Apache-2.0
#include "execution_log/file_names.h"

#include <rota/error.h>

#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

// "/a/" is "/a"; the empty path and "/" stay.
fs::path without_last_slash(fs::path path) {
  if (!path.has_filename() && path.has_relative_path()) return path.parent_path();
  return path;
}

fs::path plain(const fs::path& path) { return without_last_slash(path.lexically_normal()); }

// What weakly_canonical cannot resolve (a loop of links, a name too long) stays as it is written.
fs::path real(const fs::path& path) {
  std::error_code error;
  fs::path resolved = fs::weakly_canonical(path, error);
  return error ? plain(path) : without_last_slash(std::move(resolved));
}

fs::path current_folder() {
  std::error_code error;
  fs::path folder = fs::current_path(error);
  if (!error) return folder;
  throw LogError(fmt::format(
      "a relative path has no meaning here, for the current folder cannot be told ({}); "
      "give an absolute path, or go to a folder that is there",
      error.message()));
}

std::optional<std::string> inside(const fs::path& path, const fs::path& root) {
  const fs::path relative = path.lexically_relative(root);
  if (relative.empty() || *relative.begin() == "..") return std::nullopt;
  return relative.string();
}

// True of a path that is its own plain form, as nearly all are.
bool is_plain(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

// The same as inside() for two plain paths.
std::optional<std::string> plain_inside(std::string_view path, std::string_view root) {
  if (path == root) return ".";
  if (root == "/") return std::string(path.substr(1));
  const bool is_below = path.starts_with(root) && path[root.size()] == '/';
  return is_below ? std::optional(std::string(path.substr(root.size() + 1))) : std::nullopt;
}

// As the system goes: `..` after a symbolic link leaves the folder that the link leads to.
fs::path follow_dots(const fs::path& absolute) {
  fs::path result;
  std::error_code error;
  for (const fs::path& part : absolute) {
    if (part == "..") {
      if (fs::is_symlink(result, error)) result = real(result);
      result = result.parent_path();
    } else if (part != "." && !part.empty()) {
      result /= part;
    }
  }
  return result;
}

}  // namespace

FileNames::FileNames(const fs::path& project_root)
    : root_(plain(project_root.is_absolute() ? project_root : current_folder() / project_root)),
      real_root_(real(root_)) {}

std::string FileNames::of_stored(std::string_view path) const {
  if (path.empty()) return {};
  if (is_plain(path)) {
    if (!path.starts_with('/')) return std::string(path);
    if (auto relative = plain_inside(path, root_.native())) return *relative;
    return plain_inside(path, real_root_.native()).value_or(std::string(path));
  }
  fs::path name = plain(path);
  if (name.is_relative()) {
    if (*name.begin() != "..") return name.string();
    name = plain(real_root_ / name);
  }
  if (auto relative = inside(name, root_)) return *relative;
  return inside(name, real_root_).value_or(name.string());
}

std::string FileNames::of_path(const fs::path& path) const {
  if (path.empty()) throw LogError("the path of a file is empty; name a file");
  const fs::path absolute = path.is_absolute() ? path : current_folder() / path;
  const bool may_be_there = absolute.native().find('\0') == std::string::npos;
  if (!may_be_there) return of_stored(absolute.native());
  const fs::path followed = follow_dots(absolute);
  std::string name = of_stored(followed.native());
  if (!name.starts_with('/')) return name;
  return inside(real(followed.parent_path()) / followed.filename(), real_root_).value_or(name);
}

}  // namespace rota::inline v1
