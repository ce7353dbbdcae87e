// SPDX-License-Identifier: Apache-2.0
#include "discovery/scan.h"

#include "discovery/trust.h"
#include "os/file.h"

#include <dirent.h>
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

// What lies in a folder, sorted.
struct Listing {
  std::vector<std::string> files;
  std::vector<std::string> folders;
};

bool is_folder(int folder, const dirent& entry) {
  if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat status {};
  return ::fstatat(folder, entry.d_name, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

// Gives 0 or an error number.
int list_folder(UniqueFd fd, bool with_folders, Listing& listing) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), ::closedir);
  if (stream == nullptr) return errno;
  const int folder = fd.release();
  int error = 0;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) {
      error = errno;
      break;
    }
    const std::string_view name = entry->d_name;
    if (name.starts_with('.')) continue;
    const bool is_library = name.ends_with(kExtension);
    if (!is_library && (!with_folders || entry->d_type == DT_REG)) continue;
    if (is_folder(folder, *entry)) {
      if (with_folders) listing.folders.emplace_back(name);
    } else if (is_library) {
      listing.files.emplace_back(name);
    }
  }
  std::ranges::sort(listing.files);
  std::ranges::sort(listing.folders);
  return error;
}

class Scanner {
 public:
  explicit Scanner(bool recursive) : recursive_(recursive) {}

  void folder(const fs::path& path, const std::string& module) {
    Listing listing;
    if (!open(path, listing)) return;
    if (!listing.files.empty()) scan_.folders.push_back({path, module, std::move(listing.files)});
    for (const std::string& name : listing.folders)
      folder(path / name, module.empty() ? name : module + "." + name);
  }

  // A package: the file of that name, and the folder; every folder from the root down to it is checked.
  void package(const fs::path& root, const std::string& package) {
    fs::path parent = root;
    std::string_view rest = package;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      if (!is_trusted(parent)) return;
      parent /= rest.substr(0, dot);
      rest.remove_prefix(dot + 1);
    }
    if (!is_trusted(parent)) return;
    const std::string name = std::string(rest) + std::string(kExtension);
    struct stat status {};
    if (::stat((parent / name).c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) {
      const bool nested = rest.size() < package.size();
      scan_.folders.push_back(
          {parent, nested ? package.substr(0, package.size() - rest.size() - 1) : "", {name}});
    }
    folder(parent / rest, package);
  }

  Scan take() { return std::move(scan_); }

 private:
  // False when there is nothing in it to look at.
  bool open(const fs::path& path, Listing& listing) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) {
      if (errno != ENOENT && errno != ENOTDIR) refuse_unreadable(path, errno);
      return false;
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return refuse_unreadable(path, errno);
    if (!visited_.emplace(status.st_dev, status.st_ino).second) return false;
    if (auto refusal = check_trust(status)) return refuse(path, *std::move(refusal));
    if (const int error = list_folder(std::move(fd), recursive_, listing); error != 0)
      refuse_unreadable(path, error);
    return true;
  }

  bool is_trusted(const fs::path& folder) {
    auto refusal = check_folder_trust(folder);
    return !refusal || refuse(folder, *std::move(refusal));
  }

  bool refuse(const fs::path& path, Refusal refusal) {
    if (refused_.insert(path).second)
      scan_.refused.push_back({path, refusal.reason, std::move(refusal.message)});
    return false;
  }

  bool refuse_unreadable(const fs::path& path, int error) {
    return refuse(path, unreadable(error, "the folder"));
  }

  bool recursive_;
  Scan scan_;
  std::set<std::pair<dev_t, ino_t>> visited_;
  std::set<fs::path> refused_;
};

}  // namespace

std::string CandidateFolder::module_of(std::size_t index) const {
  const std::string& name = names[index];
  const std::string_view stem = std::string_view(name).substr(0, name.rfind('.'));
  return module.empty() ? std::string(stem) : fmt::format("{}.{}", module, stem);
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
    for (const std::string& package : query.packages) scanner.package(root, package);
  }
  return scanner.take();
}

}  // namespace rota::inline v1
