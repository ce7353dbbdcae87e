// SPDX-License-Identifier: Apache-2.0
#include "discovery/scan.h"

#include "discovery/trust.h"
#include "os/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExtension = ".so";

std::string join(std::string_view one, std::string_view separator, std::string_view other) {
  std::string joined;
  joined.reserve(one.size() + separator.size() + other.size());
  return joined.append(one).append(separator).append(other);
}

std::string below(std::string_view folder, std::string_view name) {
  return join(folder, folder.ends_with('/') ? "" : "/", name);
}

bool is_folder(const char* path) {
  struct stat status {};
  return ::stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

class Scanner {
 public:
  Scanner(bool recursive, const KnownFolders& known) : recursive_(recursive), known_(known) {}

  void folder(const std::string& path, const std::string& module) {
    auto listing = list(path);
    if (!listing) return;
    std::vector<FolderListing::Entry> files;
    std::vector<std::string_view> folders;
    for (const FolderListing::Entry& entry : listing->entries()) {
      const auto& [type, name] = entry;
      const bool may_be_file = type != EntryType::folder && is_library_name(name);
      if (!may_be_file && !recursive_) continue;
      if (type == EntryType::folder ||
          (type == EntryType::other && is_folder(below(path, name).c_str()))) {
        folders.push_back(name);
      } else if (may_be_file) {
        files.push_back(entry);
      }
    }
    if (!files.empty()) add(path, module, listing->bytes(), std::move(files));
    if (!recursive_) return;
    for (const std::string_view name : folders)
      folder(below(path, name), join(module, module.empty() ? "" : ".", name));
  }

  // A package: the file of that name, and the folder; every folder from the root down to it is checked.
  void package(const std::string& root, const std::string& package) {
    std::string parent = root;
    std::string_view rest = package;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      if (!is_trusted(parent)) return;
      parent = below(parent, rest.substr(0, dot));
      rest.remove_prefix(dot + 1);
    }
    if (!is_trusted(parent)) return;
    const std::string name = std::string(rest).append(kExtension);
    const std::string file = below(parent, name);
    struct stat status {};
    if (::lstat(file.c_str(), &status) == 0 && !is_folder(file.c_str())) {
      const bool nested = rest.size() < package.size();
      const FolderListing alone = FolderListing::of(name);
      add(parent, nested ? package.substr(0, package.size() - rest.size() - 1) : "", alone.bytes(),
          alone.entries());
    }
    folder(below(parent, rest), package);
  }

  Scan take() { return std::move(scan_); }

 private:
  void add(const std::string& path, std::string module, const SharedBytes& names,
           std::vector<FolderListing::Entry> files) {
    scan_.folders.push_back(
        {std::make_shared<const PluginFolder>(PluginFolder{path, std::move(module)}), names,
         std::move(files)});
  }

  // Nothing when there is nothing in it to look at.
  std::optional<FolderListing> list(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      if (errno != ENOENT && errno != ENOTDIR) refuse_unreadable(path, errno);
      return std::nullopt;
    }
    if (!S_ISDIR(status.st_mode) || !visited_.emplace(status.st_dev, status.st_ino).second)
      return std::nullopt;
    if (auto refusal = check_trust(status)) {
      refuse(path, *std::move(refusal));
      return std::nullopt;
    }
    if (auto known = known_(identity_of(status))) return known;
    return read(path);
  }

  std::optional<FolderListing> read(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!fd.valid() || ::fstat(fd.get(), &status) != 0) {
      refuse_unreadable(path, errno);
      return std::nullopt;
    }
    // It may be another one by now.
    if (auto refusal = check_trust(status)) {
      refuse(path, *std::move(refusal));
      return std::nullopt;
    }
    auto listing = FolderListing::read(fd.get());
    if (listing) {
      scan_.read.push_back({identity_of(status), listing->bytes()});
    } else {
      refuse_unreadable(path, errno);
    }
    return listing;
  }

  bool is_trusted(const std::string& folder) {
    auto refusal = check_folder_trust(folder);
    return !refusal || refuse(folder, *std::move(refusal));
  }

  bool refuse(const std::string& path, Refusal refusal) {
    if (refused_.insert(path).second)
      scan_.refused.push_back({path, refusal.reason, std::move(refusal.message)});
    return false;
  }

  bool refuse_unreadable(const std::string& path, int error) {
    return refuse(path, unreadable(error, "the folder"));
  }

  bool recursive_;
  const KnownFolders& known_;
  Scan scan_;
  std::set<std::pair<dev_t, ino_t>> visited_;
  std::set<std::string> refused_;
};

}  // namespace

std::string PluginFolder::file(std::string_view name) const { return below(path, name); }

std::string PluginFolder::module_of(std::string_view name) const {
  return join(module, module.empty() ? "" : ".", name.substr(0, name.rfind('.')));
}

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

void require_package_paths(const DiscoveryQuery& query) {
  for (const std::string& package : query.packages) {
    if (is_package_path(package)) continue;
    throw TaskRegistryError(
        fmt::format("'{}' is no package: write a dotted path like scripts.tasks, and name other "
                    "folders with --path or ROTA_PATH",
                    package));
  }
}

Scan scan(const DiscoveryQuery& query, const KnownFolders& known) {
  require_package_paths(query);
  Scanner scanner(query.recursive, known);
  for (const fs::path& root : query.roots) {
    if (query.packages.empty()) scanner.folder(root.native(), "");
    for (const std::string& package : query.packages) scanner.package(root.native(), package);
  }
  return scanner.take();
}

}  // namespace rota::inline v1
