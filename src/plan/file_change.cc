// SPDX-License-Identifier: Apache-2.0
#include "plan/file_change.h"

#include "os/file.h"

#include <sys/stat.h>

#include <cerrno>

namespace rota::inline v1 {

std::string describe_file_change(const FileStamp& stamp, const std::filesystem::path& root) {
  struct stat status {};
  if (::stat((root / stamp.path).c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return " is gone";
    return " cannot be looked at: " + error_text(errno);
  }
  const std::int64_t mtime =
      std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  const bool same = static_cast<std::uint64_t>(status.st_size) == stamp.size_bytes &&
                    mtime == stamp.mtime_nanoseconds;
  return same ? "" : " changed";
}

}  // namespace rota::inline v1
