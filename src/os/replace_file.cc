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

FileReplacement::FileReplacement(std::filesystem::path path, mode_t mode)
    : path_(std::move(path)), mode_(mode), temporary_(path_.string() + ".XXXXXX") {
  fd_ = UniqueFd(::mkostemp(temporary_.data(), O_CLOEXEC));
  check(fd_.valid());
}

FileReplacement::~FileReplacement() {
  if (fd_.valid() && !is_committed_) ::unlink(temporary_.c_str());
}

void FileReplacement::check(bool done) {
  if (!done) problem_ = error_text(errno);
}

void FileReplacement::write(std::string_view piece) {
  if (problem_.empty()) check(write_all(fd_.get(), piece));
}

void FileReplacement::commit() {
  if (!problem_.empty()) return;
  is_committed_ = ::fchmod(fd_.get(), mode_) == 0 && ::fsync(fd_.get()) == 0 &&
                  ::rename(temporary_.c_str(), path_.c_str()) == 0;
  check(is_committed_);
  if (is_committed_) sync_folder(path_.has_parent_path() ? path_.parent_path() : ".");
}

std::string replace_file(const std::filesystem::path& path, std::string_view content, mode_t mode) {
  FileReplacement file(path, mode);
  file.write(content);
  file.commit();
  return file.problem();
}

}  // namespace rota::inline v1
