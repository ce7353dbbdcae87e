// SPDX-License-Identifier: Apache-2.0
#include "python_source/source_scan.h"

#include "discovery/scan.h"
#include "discovery/trust.h"
#include "os/file.h"
#include "os/text.h"
#include "python_source/module_name.h"
#include "python_source/source_folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

std::string below(std::string_view folder, std::string_view name) {
  return fmt::format("{}{}{}", folder, folder.ends_with('/') ? "" : "/", name);
}

std::string joined_module(std::string_view package, std::string_view name) {
  return fmt::format("{}{}{}", package, package.empty() ? "" : ".", name);
}

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

class SourceScanner {
 public:
  SourceScanner(const DiscoveryQuery& query, const KnownSourceFolders& known)
      : recursive_(query.recursive), known_(known), allowed_(query.allowed_folders) {}

  void root(const fs::path& path, const std::vector<std::string>& packages) {
    std::error_code ignored;
    const fs::path absolute = fs::absolute(path, ignored).lexically_normal();
    root_ = std::make_shared<const std::string>(
        absolute.has_filename() ? absolute.native() : absolute.parent_path().native());
    // The scanner answers in JSON, which has no other.
    if (!is_utf8(*root_)) {
      refuse(*root_, {RefusalReason::unreadable,
                      "the folder's path is not UTF-8, and no Python file below it is looked at"});
      return;
    }
    if (packages.empty()) folder(*root_, "");
    for (const std::string& name : packages) package(name);
  }

  SourceScan take() { return std::move(scan_); }

 private:
  void folder(const std::string& path, const std::string& package) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      if (errno != ENOENT && errno != ENOTDIR) refuse(path, unreadable(errno, "the folder"));
      return;
    }
    if (!S_ISDIR(status.st_mode) || !visited_.emplace(status.st_dev, status.st_ino).second) return;
    if (auto refusal = check_trust(status)) return refuse(path, *std::move(refusal));
    const auto listing = list(path, status);
    if (!listing) return;
    const auto entries = parse_source_folder(listing->view());
    if (!entries) return;
    const UniqueFd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const bool is_allowed = allowed_.empty() || allowed_.allows(path);
    std::vector<std::string_view> folders;
    for (const SourceEntry& entry : *entries) {
      if (entry.type == SourceEntryType::folder) {
        folders.push_back(entry.name);
      } else if (!is_module_file(entry.name)) {
        if (recursive_ && is_folder(below(path, entry.name))) folders.push_back(entry.name);
      } else {
        file(fd.get(), path, package, entry.name, is_allowed);
      }
    }
    if (!recursive_) return;
    for (const std::string_view name : folders)
      folder(below(path, name), joined_module(package, name));
  }

  // The module of that name, and the folder; every folder from the root down to it is checked.
  void package(const std::string& name) {
    std::string parent = *root_;
    std::string_view rest = name;
    std::string package_of_parent;
    for (;;) {
      const std::size_t dot = rest.find('.');
      const std::string_view part = rest.substr(0, dot);
      if (!is_python_identifier(part) || !is_trusted(parent)) return;
      if (dot == std::string_view::npos) break;
      parent = below(parent, part);
      package_of_parent = joined_module(package_of_parent, part);
      rest.remove_prefix(dot + 1);
    }
    const std::string file_name = std::string(rest).append(kPythonExtension);
    const UniqueFd fd(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) return;
    struct stat status {};
    if (is_module_file(file_name) && ::fstatat(fd.get(), file_name.c_str(), &status, 0) == 0) {
      file(fd.get(), parent, package_of_parent, file_name,
           allowed_.empty() || allowed_.allows(parent));
    }
    folder(below(parent, rest), name);
  }

  void file(int folder_fd, const std::string& folder, const std::string& package,
            std::string_view name, bool is_allowed) {
    const bool is_package = name == kPackageFile;
    if (is_package && package.empty()) return;  // of a root: no module can be named so
    struct stat status {};
    if (::fstatat(folder_fd, name.data(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    const bool is_link = S_ISLNK(status.st_mode);
    const std::string path = below(folder, name);
    if (is_link && ::fstatat(folder_fd, name.data(), &status, 0) != 0)
      return refuse(path, unreadable(errno));
    if (S_ISDIR(status.st_mode)) return;
    if (!S_ISREG(status.st_mode))
      return refuse(path, {RefusalReason::not_regular, "it is no regular file"});
    if (!visited_.emplace(status.st_dev, status.st_ino).second) return;
    name.remove_suffix(kPythonExtension.size());
    scan_.files.push_back({.path = path,
                           .module = is_package ? package : joined_module(package, name),
                           .root = root_,
                           .is_package = is_package,
                           .identity = identity_of(status),
                           .distrust = distrust(path, status, is_link, is_allowed)});
  }

  std::optional<Refusal> distrust(const std::string& path, const struct stat& status, bool is_link,
                                  bool is_allowed) const {
    if (auto refusal = check_trust(status)) return refusal;
    if (!is_link) return is_allowed ? std::nullopt : std::optional(AllowList::refusal());
    // What a link leads to lies in a folder that the scan did not see.
    std::error_code error;
    const fs::path target = fs::canonical(path, error);
    if (error) return unreadable(error.value());
    if (auto refusal = check_folder_trust(target.parent_path())) return refusal;
    return allowed_.empty() || allowed_.allows(target.parent_path())
               ? std::nullopt
               : std::optional(AllowList::refusal());
  }

  std::optional<SharedBytes> list(const std::string& path, const struct stat& status) {
    if (auto known = known_(identity_of(status))) return known;
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
    struct stat opened {};
    if (!fd.valid() || ::fstat(fd.get(), &opened) != 0) {
      refuse(path, unreadable(errno, "the folder"));
      return std::nullopt;
    }
    // It may be another one by now.
    if (auto refusal = check_trust(opened)) {
      refuse(path, *std::move(refusal));
      return std::nullopt;
    }
    auto listing = read_source_folder(fd.get());
    if (listing) {
      scan_.read.push_back({identity_of(opened), *listing});
    } else {
      refuse(path, unreadable(errno, "the folder"));
    }
    return listing;
  }

  bool is_trusted(const std::string& folder) {
    auto refusal = check_folder_trust(folder);
    if (refusal) refuse(folder, *std::move(refusal));
    return !refusal;
  }

  void refuse(const std::string& path, Refusal refusal) {
    if (refused_.insert(path).second)
      scan_.refused.push_back({path, refusal.reason, std::move(refusal.message)});
  }

  bool recursive_;
  const KnownSourceFolders& known_;
  AllowList allowed_;
  std::shared_ptr<const std::string> root_;
  SourceScan scan_;
  std::set<std::pair<dev_t, ino_t>> visited_;  // each file and folder once, also under two names
  std::set<std::string> refused_;
};

}  // namespace

SourceScan scan_sources(const DiscoveryQuery& query, const KnownSourceFolders& known) {
  require_package_paths(query);
  SourceScanner scanner(query, known);
  for (const fs::path& root : query.roots) scanner.root(root, query.packages);
  return scanner.take();
}

}  // namespace rota::inline v1
