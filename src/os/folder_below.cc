// SPDX-License-Identifier: Apache-2.0
#include "os/folder_below.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace rota::inline v1 {

UniqueFd open_folder_below(const std::filesystem::path& root,
                           const std::filesystem::path& relative) noexcept try {
  UniqueFd folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (const std::filesystem::path& name : relative) {
    if (!folder.valid()) break;
    if (name.empty() || name == ".") continue;
    if (name == ".." || name.is_absolute()) {
      errno = EINVAL;
      return {};
    }
    if (::mkdirat(folder.get(), name.c_str(), 0700) != 0 && errno != EEXIST) return {};
    folder = UniqueFd(
        ::openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  return folder;
} catch (const std::exception&) {
  errno = ENOMEM;
  return {};
}

UniqueFd create_file_below(const std::filesystem::path& root,
                           const std::filesystem::path& relative) noexcept try {
  const UniqueFd folder = open_folder_below(root, relative.parent_path());
  if (!folder.valid()) return {};
  return UniqueFd(::openat(folder.get(), relative.filename().c_str(),
                           O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
} catch (const std::exception&) {
  errno = ENOMEM;
  return {};
}

}  // namespace rota::inline v1
