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

// Opens what was looked at: to open a device can do something, so it is looked at first, and once more after.
OrRefusal<UniqueFd> open_checked(int folder, const std::string& name, struct stat& status) {
  UniqueFd fd(::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) return unreadable(errno);
  if (auto refusal = check_kind(status)) return *std::move(refusal);
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

// Reads the content where the cache has not got it, or not its hash.
std::optional<Refusal> read_content(int folder, const std::string& name, const FileRules& rules,
                                    struct stat& status, FileFindings& findings) {
  if (auto known = rules.cache.find(identity_of(status)); known && (!rules.lock || known->hash)) {
    findings.content = *std::move(known);
    findings.from_cache = true;
    return std::nullopt;
  }
  auto opened = open_checked(folder, name, status);
  if (auto* refusal = std::get_if<Refusal>(&opened)) return std::move(*refusal);
  const auto& fd = std::get<UniqueFd>(opened);
  findings.content = read_plugin_content(fd.get(), static_cast<std::uint64_t>(status.st_size));
  if (rules.lock) {
    findings.content.hash = sha256_of_file(fd.get());
    if (!findings.content.hash) return unreadable(errno);
  }
  return std::nullopt;
}

}  // namespace

FileFindings check_file(int folder, const fs::path& folder_path, const std::string& name,
                        bool folder_is_allowed, const FileRules& rules) {
  FileFindings findings;
  struct stat status {};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    findings.refusal = unreadable(errno);
    return findings;
  }
  const bool is_link = S_ISLNK(status.st_mode);
  if (is_link && ::fstatat(folder, name.c_str(), &status, 0) != 0) {
    findings.refusal = unreadable(errno);
    return findings;
  }
  findings.identity = identity_of(status);
  findings.refusal = check_kind(status);
  if (!findings.refusal && is_link) findings.refusal = check_link_target(folder_path / name, rules);
  if (!findings.refusal && !is_link && !folder_is_allowed) findings.refusal = AllowList::refusal();
  if (findings.refusal) return findings;

  findings.refusal = read_content(folder, name, rules, status, findings);
  findings.identity = identity_of(status);
  if (findings.refusal) return findings;
  findings.refusal = findings.content.refusal;
  if (!findings.refusal && rules.lock)
    findings.refusal = check_lock(*rules.lock, folder_path / name, *findings.content.hash);
  return findings;
}

}  // namespace rota::inline v1
