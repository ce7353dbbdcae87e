// SPDX-License-Identifier: Apache-2.0
#include "task/file_stamp.h"

#include "execution_log/content_stamp.h"
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

bool is_same_state(const FileStamp& one, const FileStamp& other) {
  return one.size_bytes == other.size_bytes && one.mtime_nanoseconds == other.mtime_nanoseconds;
}

// What made the file has mostly hashed it already, or else what read it before.
std::string known_hash(const FileStamp& stamp, const ExecutionLog& log) {
  for (const FileDirection direction : {FileDirection::output, FileDirection::input}) {
    for (const FileUse& use :
         log.find_file_uses({.path = stamp.path, .direction = direction, .limit = 1})) {
      if (is_same_state(use.stamp, stamp) && !use.stamp.content_hash.empty())
        return use.stamp.content_hash;
    }
  }
  return {};
}

// Only regular files are opened, and one that is written meanwhile has no hash that holds.
std::string hash_of(const FileStamp& stamp, const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  try {
    FileStamp now = stamp_content(file);
    return is_same_state(now, stamp) ? std::move(now.content_hash) : std::string();
  } catch (const LogError&) {
    return {};
  }
}

}  // namespace

void add_content_hashes(std::vector<FileStamp>& stamps, const std::filesystem::path& root,
                        const ExecutionLog* log) {
  for (FileStamp& stamp : stamps) {
    if (!stamp.content_hash.empty()) continue;
    if (log != nullptr) stamp.content_hash = known_hash(stamp, *log);
    if (stamp.content_hash.empty()) stamp.content_hash = hash_of(stamp, root / stamp.path);
  }
}

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
