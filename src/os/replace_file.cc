// SPDX-License-Identifier: Apache-2.0
#include "os/replace_file.h"

#include "os/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace rota::inline v1 {
namespace {

// So that the name is there after a crash too; the file is whole either way.
void sync_folder(const std::filesystem::path& folder) noexcept {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) ::fsync(fd.get());
}

}  // namespace

std::string replace_file(const std::filesystem::path& path, std::string_view content, mode_t mode) {
  std::string name = path.string() + ".XXXXXX";
  const UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd.valid()) return error_text(errno);
  if (write_all(fd.get(), content) && ::fchmod(fd.get(), mode) == 0 && ::fsync(fd.get()) == 0 &&
      ::rename(name.c_str(), path.c_str()) == 0) {
    sync_folder(path.has_parent_path() ? path.parent_path() : ".");
    return {};
  }
  const int error = errno;
  ::unlink(name.c_str());
  return error_text(error);
}

}  // namespace rota::inline v1
