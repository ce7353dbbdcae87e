// SPDX-License-Identifier: Apache-2.0
// By what a file is known to be the one that was looked at: if any of it differs, it is another file or has
// been changed. Knows nothing of its content.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

namespace rota::inline v1 {

struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_nanoseconds = 0;  // since 1970
  std::int64_t ctime_nanoseconds = 0;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

inline FileIdentity identity_of(const struct stat& status) noexcept {
  const auto nanoseconds = [](const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .mtime_nanoseconds = nanoseconds(status.st_mtim),
          .ctime_nanoseconds = nanoseconds(status.st_ctim)};
}

inline std::string to_text(const FileIdentity& identity) {
  return std::to_string(identity.device) + ":" + std::to_string(identity.inode) + ":" +
         std::to_string(identity.size) + ":" + std::to_string(identity.mtime_nanoseconds) + ":" +
         std::to_string(identity.ctime_nanoseconds);
}

}  // namespace rota::inline v1
