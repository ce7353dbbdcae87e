// SPDX-License-Identifier: Apache-2.0
#include "discovery/scan.h"

#include "discovery/trust.h"
#include "os/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
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

// What lies in a folder, sorted.
struct Listing {
  std::vector<CandidateFolder::Name> files;
  std::vector<std::string> folders;
};

bool is_folder(int folder, const char* name, unsigned char type) {
  if (type != DT_LNK && type != DT_UNKNOWN) return type == DT_DIR;
  struct stat status {};
  return ::fstatat(folder, name, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

void list_entry(int folder, const dirent64& entry, bool with_folders, Listing& listing) {
  const std::string_view name = entry.d_name;
  if (name.starts_with('.')) return;
  const bool is_library = name.ends_with(kExtension);
  const bool is_regular = entry.d_type == DT_REG;
  if (!is_library && (!with_folders || is_regular)) return;
  if (is_folder(folder, entry.d_name, entry.d_type)) {
    if (with_folders) listing.folders.emplace_back(name);
  } else if (is_library) {
    listing.files.push_back({std::string(name), is_regular});
  }
}

// Gives 0 or an error number.
int list_folder(int folder, bool with_folders, Listing& listing) {
  alignas(dirent64) std::array<char, 32768> entries;
  for (;;) {
    const ssize_t bytes = ::getdents64(folder, entries.data(), entries.size());
    if (bytes <= 0) {
      std::ranges::sort(listing.files);
      std::ranges::sort(listing.folders);
      return bytes < 0 ? errno : 0;
    }
    for (ssize_t at = 0; at < bytes;) {
      const auto& entry = *reinterpret_cast<const dirent64*>(entries.data() + at);
      list_entry(folder, entry, with_folders, listing);
      at += entry.d_reclen;
    }
  }
}

class Scanner {
 public:
  explicit Scanner(bool recursive) : recursive_(recursive) {}

  void folder(const std::string& path, const std::string& module) {
    Listing listing;
    if (!open(path, listing)) return;
    if (!listing.files.empty()) add(path, module, std::move(listing.files));
    for (const std::string& name : listing.folders)
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
    if (::lstat(file.c_str(), &status) == 0 &&
        !is_folder(AT_FDCWD, file.c_str(), IFTODT(status.st_mode))) {
      const bool nested = rest.size() < package.size();
      add(parent, nested ? package.substr(0, package.size() - rest.size() - 1) : "",
          {{name, S_ISREG(status.st_mode)}});
    }
    folder(below(parent, rest), package);
  }

  Scan take() { return std::move(scan_); }

 private:
  void add(const std::string& path, std::string module, std::vector<CandidateFolder::Name> names) {
    scan_.folders.push_back(
        {std::make_shared<const PluginFolder>(PluginFolder{path, std::move(module)}),
         std::move(names)});
  }

  // False when there is nothing in it to look at.
  bool open(const std::string& path, Listing& listing) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) {
      if (errno != ENOENT && errno != ENOTDIR) refuse_unreadable(path, errno);
      return false;
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return refuse_unreadable(path, errno);
    if (!visited_.emplace(status.st_dev, status.st_ino).second) return false;
    if (auto refusal = check_trust(status)) return refuse(path, *std::move(refusal));
    if (const int error = list_folder(fd.get(), recursive_, listing); error != 0)
      refuse_unreadable(path, error);
    return true;
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
    if (query.packages.empty()) scanner.folder(root.native(), "");
    for (const std::string& package : query.packages) scanner.package(root.native(), package);
  }
  return scanner.take();
}

}  // namespace rota::inline v1
