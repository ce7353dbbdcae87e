// SPDX-License-Identifier: Apache-2.0
#include "os/file_lock.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace rota::inline v1 {
namespace {

[[noreturn]] void throw_errno(int error_number, const std::string& what) {
  throw std::system_error(error_number, std::generic_category(), what);
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path, Part part)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600)),
      part_(part) {
  if (!file_.valid()) throw_errno(errno, "open " + path.string());
  struct stat found {};
  if (::fstat(file_.get(), &found) != 0) throw_errno(errno, "stat " + path.string());
  if (!S_ISREG(found.st_mode)) throw_errno(EINVAL, "not a regular file: " + path.string());
}

// Its byte of the file, which need not be there.
struct flock FileLock::range_of(short type) const noexcept {
  struct flock range {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = static_cast<off_t>(part_);
  range.l_len = 1;
  return range;
}

// False when another one holds it.
bool FileLock::apply(int command, short type) {
  struct flock range = range_of(type);
  while (::fcntl(file_.get(), command, &range) != 0) {
    if (errno == EAGAIN || errno == EACCES) return false;
    if (errno != EINTR) throw_errno(errno, "fcntl lock");
  }
  return true;
}

void FileLock::lock() { apply(F_OFD_SETLKW, F_WRLCK); }

bool FileLock::try_lock() { return apply(F_OFD_SETLK, F_WRLCK); }

void FileLock::unlock() noexcept {
  struct flock range = range_of(F_UNLCK);
  ::fcntl(file_.get(), F_OFD_SETLK, &range);
}

}  // namespace rota::inline v1
