// SPDX-License-Identifier: Apache-2.0
#include "discovery/scan.h"

#include "os/file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExtension = ".so";

class Scanner {
 public:
  explicit Scanner(bool recursive) : recursive_(recursive) {}

  void folder(const fs::path& folder, const std::string& module) {
    if (!first_visit(folder)) return;
    std::error_code error;
    std::vector<fs::directory_entry> files;
    std::vector<fs::directory_entry> folders;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      const std::string name = at->path().filename().string();
      if (name.starts_with('.')) continue;
      std::error_code ignored;
      if (at->is_directory(ignored)) {
        folders.push_back(*at);
      } else if (name.ends_with(kExtension)) {
        files.push_back(*at);
      }
    }
    if (error && error != std::errc::no_such_file_or_directory &&
        error != std::errc::not_a_directory) {
      scan_.refused.push_back({folder, RefusalReason::unreadable,
                               fmt::format("the folder cannot be read: {}", error.message())});
    }
    std::ranges::sort(files);
    for (const fs::directory_entry& entry : files) file(entry.path(), module);
    if (!recursive_) return;
    std::ranges::sort(folders);
    for (const fs::directory_entry& entry : folders) {
      this->folder(entry.path(), join(module, entry.path().filename().string()));
    }
  }

  // A file is taken once, also when two names lead to it.
  void file(const fs::path& file, const std::string& module) {
    if (first_visit(file)) scan_.candidates.push_back({file, join(module, file.stem().string())});
  }

  Scan take() { return std::move(scan_); }

 private:
  static std::string join(const std::string& module, const std::string& name) {
    return module.empty() ? name : module + "." + name;
  }

  // True for what cannot be looked at: whoever opens it says why.
  bool first_visit(const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return true;
    return visited_.emplace(status.st_dev, status.st_ino).second;
  }

  bool recursive_;
  Scan scan_;
  std::set<std::pair<dev_t, ino_t>> visited_;
};

fs::path below(const fs::path& root, std::string_view package) {
  std::string relative(package);
  std::ranges::replace(relative, '.', '/');
  return root / relative;
}

std::string parent_of(const std::string& package) {
  const std::size_t dot = package.rfind('.');
  return dot == std::string::npos ? std::string() : package.substr(0, dot);
}

}  // namespace

bool is_package_path(std::string_view package) noexcept {
  bool part_is_empty = true;
  for (const char c : package) {
    if (c == '.' && part_is_empty) return false;
    part_is_empty = c == '.';
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || c == '.';
    if (!good) return false;
  }
  return !part_is_empty;
}

Scan scan(const DiscoveryQuery& query) {
  for (const std::string& package : query.packages) {
    if (is_package_path(package)) continue;
    throw TaskRegistryError(
        fmt::format("'{}' is no package: write a dotted path like scripts.tasks, and name other "
                    "folders with --path or ROTA_PATH",
                    package));
  }
  Scanner scanner(query.recursive);
  for (const fs::path& root : query.roots) {
    if (query.packages.empty()) scanner.folder(root, "");
    for (const std::string& package : query.packages) {
      const fs::path path = below(root, package);
      std::error_code ignored;
      fs::path file = path;
      file += kExtension;
      if (fs::exists(file, ignored)) scanner.file(file, parent_of(package));
      scanner.folder(path, package);
    }
  }
  return scanner.take();
}

}  // namespace rota::inline v1
