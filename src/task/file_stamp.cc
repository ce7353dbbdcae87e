// SPDX-License-Identifier: Apache-2.0
#include "task/file_stamp.h"

#include "os/file.h"

#include <sys/stat.h>

#include <cerrno>
#include <set>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

std::string path_in_log(const std::filesystem::path& file, const std::filesystem::path& root) {
  const std::filesystem::path plain = file.lexically_normal();
  const std::filesystem::path relative = plain.lexically_relative(root.lexically_normal());
  const bool inside = !relative.empty() && *relative.begin() != "..";
  return (inside ? relative : plain).string();
}

}  // namespace

std::optional<FileStamp> stamp_file(const std::filesystem::path& file,
                                    const std::filesystem::path& root) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{path_in_log(file, root), static_cast<std::uint64_t>(status.st_size),
                   std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

std::vector<FileStamp> stamp_files(const std::vector<TrackedFile>& files,
                                   const std::filesystem::path& root, bool all_must_exist) {
  std::vector<FileStamp> stamps;
  std::set<std::string> seen;
  for (const TrackedFile& tracked : files) {
    if (!seen.insert(path_in_log(tracked.file, root)).second) continue;
    auto stamp = tracked.stamp ? tracked.stamp : stamp_file(tracked.file, root);
    if (stamp) {
      stamps.push_back(*std::move(stamp));
    } else if (all_must_exist) {
      throw Error(fmt::format("the tracked file {} cannot be looked at when the task ends: {}",
                              tracked.file.string(), error_text(errno)));
    }
  }
  return stamps;
}

}  // namespace rota::inline v1
