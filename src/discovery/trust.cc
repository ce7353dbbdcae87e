// SPDX-License-Identifier: Apache-2.0
#include "discovery/trust.h"

#include "os/file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

bool is_below(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

}  // namespace

std::optional<Refusal> check_trust(const struct stat& status) {
  const std::string_view it = S_ISDIR(status.st_mode) ? "the folder" : "it";
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return Refusal{
        RefusalReason::wrong_owner,
        fmt::format("{} belongs to user {}, who is neither root nor you ({}); copy what you "
                    "trust to a place of your own",
                    it, status.st_uid, ::geteuid())};
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Refusal{
        RefusalReason::writable_by_others,
        fmt::format("{} can be written by {} (mode {:04o}); take that away with chmod go-w", it,
                    (status.st_mode & S_IWOTH) != 0 ? "everyone" : "its group",
                    status.st_mode & 07777U)};
  }
  return std::nullopt;
}

std::optional<Refusal> check_folder_trust(const fs::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) == 0) return check_trust(status);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  return unreadable(errno, "the folder");
}

AllowList::AllowList(const std::vector<fs::path>& folders) {
  for (const fs::path& folder : folders) {
    std::error_code error;
    fs::path resolved = fs::weakly_canonical(fs::absolute(folder), error);
    // A '/' at the end would be a part of its own.
    if (!resolved.has_filename() && resolved.has_relative_path()) resolved = resolved.parent_path();
    if (error) resolved = folder;
    folders_.push_back(std::move(resolved));
  }
}

bool AllowList::allows(const fs::path& folder) const {
  std::error_code error;
  const fs::path resolved = fs::canonical(folder, error);
  return !error && std::ranges::any_of(folders_, [&](const fs::path& allowed) {
    return is_below(resolved, allowed);
  });
}

Refusal AllowList::refusal() {
  return {RefusalReason::not_allowed,
          "it is outside of the folders that ROTA_PLUGIN_ALLOW names; add its folder there if you "
          "trust it"};
}

}  // namespace rota::inline v1
