// SPDX-License-Identifier: Apache-2.0
// What a project and the environment ask of a discovery. Looks into no plugin.
#include <rota/discovery.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

// What cannot be looked at counts as there: whoever opens it says why.
bool is_there(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

// In a folder that is no project nothing is made.
bool can_have_own_cache(const fs::path& root) {
  const fs::path folder = root / ".rota";
  if (is_there(folder)) return ::access(folder.c_str(), W_OK | X_OK) == 0;
  return is_there(root / "rota.toml") && ::access(root.c_str(), W_OK | X_OK) == 0;
}

// XDG Base Directory Specification: XDG_CACHE_HOME where it is absolute, else ~/.cache.
fs::path user_cache_folder() {
  for (const auto& [name, below] : {std::pair("XDG_CACHE_HOME", ""), std::pair("HOME", ".cache")}) {
    const char* value = ::secure_getenv(name);
    if (value != nullptr && *value == '/') return fs::path(value) / below / "rota";
  }
  return {};
}

fs::path cache_file_of(const fs::path& root) {
  if (can_have_own_cache(root)) return root / ".rota" / "plugins.cache";
  const fs::path folder = user_cache_folder();
  if (folder.empty()) return {};
  const std::string name = root.string();
  return folder / fmt::format("{:016x}.cache", XXH3_64bits(name.data(), name.size()));
}

}  // namespace

DiscoveryQuery make_discovery_query(const Project& project,
                                    const std::optional<std::vector<std::string>>& packages,
                                    bool recursive) {
  DiscoveryQuery query{.roots = project.search_path,
                       .recursive = recursive,
                       .cache_file = cache_file_of(project.root),
                       .allowed_folders = project.allowed_folders};
  if (const fs::path lock = project.root / "rota.lock"; is_there(lock)) query.lock_file = lock;
  if (packages) {
    query.packages = *packages;
    if (packages->empty()) query.roots.clear();
  } else if (!project.search_path_is_given) {
    query.packages = {"scripts"};
  }
  return query;
}

}  // namespace rota::inline v1
