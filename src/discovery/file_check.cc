// SPDX-License-Identifier: Apache-2.0
#include "discovery/file_check.h"

#include "os/file.h"

#include <fcntl.h>

#include <cerrno>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

// What a link leads to lies in a folder that the scan did not see.
std::optional<Refusal> check_link_target(const fs::path& file, const FileRules& rules) {
  std::error_code error;
  const fs::path target = fs::canonical(file, error);
  if (error) return unreadable(error.value());
  if (auto refusal = check_folder_trust(target.parent_path())) return refusal;
  if (!rules.allowed.empty() && !rules.allowed.allows(target.parent_path()))
    return AllowList::refusal();
  return std::nullopt;
}

std::optional<Refusal> check_kind(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return check_trust(status);
  return Refusal{RefusalReason::not_regular, "it is no regular file"};
}

// Nothing where it cannot be opened: the caller looks why. A link is opened if asked for.
UniqueFd open_file(int folder, const char* name, int no_follow, struct stat& status) {
  UniqueFd fd(::openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | no_follow));
  if (fd.valid() && ::fstat(fd.get(), &status) != 0) return {};
  return fd;
}

std::optional<Refusal> check_lock(const LockFile& lock, const fs::path& file, const Sha256& hash) {
  const auto wanted = lock.find(file);
  if (!wanted) {
    return Refusal{
        RefusalReason::lock_differs,
        "rota.lock does not name it; if you trust it, take it in with `rota discover --lock`"};
  }
  if (*wanted != hash) {
    return Refusal{
        RefusalReason::lock_differs,
        "its content is not what rota.lock names; if you trust the change, take it in with "
        "`rota discover --lock`"};
  }
  return std::nullopt;
}

class FileCheck {
 public:
  FileCheck(const OpenFolder& folder, FolderListing::Entry file, const FileRules& rules)
      : folder_(folder), type_(file.first), name_(file.second), rules_(rules) {}

  FileFindings run() {
    findings_.refusal = check();
    if (findings_.identity) findings_.identity = identity_of(status_);
    return std::move(findings_);
  }

 private:
  std::optional<Refusal> check() {
    if (auto refusal = look()) return refusal;
    if (auto refusal = read_content()) return refusal;
    if (findings_.content.refusal) return findings_.content.refusal;
    if (rules_.lock) return check_lock(*rules_.lock, path(), *findings_.content.hash);
    return std::nullopt;
  }

  // To open a device can do something, so a file is looked at before. What the folder says is enough where nothing else is
  // asked of it: no cache can know it.
  std::optional<Refusal> look() {
    if (type_ == EntryType::library && rules_.cache.size() == 0 && folder_.is_allowed) {
      fd_ = open_file(folder_.fd, name_.data(), O_NOFOLLOW, status_);
      if (fd_.valid()) return found();
    }
    if (!look_at(AT_SYMLINK_NOFOLLOW)) return unreadable(errno);
    const bool is_link = S_ISLNK(status_.st_mode);
    if (is_link && !look_at(0)) return unreadable(errno);
    if (auto refusal = found()) return refusal;
    if (is_link) return check_link_target(path(), rules_);
    if (!folder_.is_allowed) return AllowList::refusal();
    return std::nullopt;
  }

  bool look_at(int flags) { return ::fstatat(folder_.fd, name_.data(), &status_, flags) == 0; }

  std::optional<Refusal> found() {
    findings_.identity.emplace();
    return check_kind(status_);
  }

  // From the file where the cache has not got it, or not its hash.
  std::optional<Refusal> read_content() {
    if (!fd_.valid()) {
      if (auto known = rules_.cache.find(identity_of(status_));
          known && (!rules_.lock || known->hash)) {
        findings_.content = *std::move(known);
        findings_.from_cache = true;
        return std::nullopt;
      }
      fd_ = open_file(folder_.fd, name_.data(), 0, status_);
      if (!fd_.valid()) return unreadable(errno);
      if (auto refusal = check_kind(status_)) return refusal;  // it may be another one by now
    }
    findings_.content = read_plugin_content(fd_.get(), static_cast<std::uint64_t>(status_.st_size));
    if (!rules_.lock) return std::nullopt;
    findings_.content.hash = sha256_of_file(fd_.get());
    if (!findings_.content.hash) return unreadable(errno);
    return std::nullopt;
  }

  fs::path path() const { return fs::path(folder_.path) / name_; }

  const OpenFolder& folder_;
  EntryType type_;
  std::string_view name_;  // a NUL is behind it
  const FileRules& rules_;
  struct stat status_ {};
  UniqueFd fd_;
  FileFindings findings_;
};

}  // namespace

FileFindings check_file(const OpenFolder& folder, FolderListing::Entry file,
                        const FileRules& rules) {
  return FileCheck(folder, file, rules).run();
}

}  // namespace rota::inline v1
