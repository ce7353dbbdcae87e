// SPDX-License-Identifier: Apache-2.0
#include "task/file_stamp.h"

#include "execution_log/file_names.h"
#include "os/file.h"

#include <sys/stat.h>

#include <cerrno>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// Nothing, with errno set, where the file cannot be looked at.
std::optional<FileStamp> stamp(const std::filesystem::path& file, std::string name) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{std::move(name), static_cast<std::uint64_t>(status.st_size),
                   std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

}  // namespace

std::optional<FileStamp> stamp_file(const std::filesystem::path& file,
                                    const std::filesystem::path& root) {
  return stamp(file, FileNames(root).of_path(file));
}

std::vector<FileStamp> stamp_files(const std::vector<TrackedFile>& files,
                                   const std::filesystem::path& root, bool all_must_exist) {
  if (files.empty()) return {};
  const FileNames names(root);
  std::vector<FileStamp> stamps;
  std::set<std::string> seen;
  for (const TrackedFile& tracked : files) {
    std::string name = names.of_path(tracked.file);
    if (!seen.insert(name).second) continue;
    auto taken = tracked.stamp ? tracked.stamp : stamp(tracked.file, std::move(name));
    if (taken) {
      stamps.push_back(*std::move(taken));
    } else if (all_must_exist) {
      throw Error(fmt::format("the tracked file {} cannot be looked at when the task ends: {}",
                              tracked.file.string(), error_text(errno)));
    }
  }
  return stamps;
}

}  // namespace rota::inline v1
