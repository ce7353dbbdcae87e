// SPDX-License-Identifier: Apache-2.0
#include "unsynced_changes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace rota {
namespace {

namespace fs = std::filesystem;

// A fault of the test itself, which must not look like one of the log.
void require(bool condition) {
  if (!condition) std::abort();
}

off_t size_of(int fd) {
  struct stat found {};
  require(::fstat(fd, &found) == 0);
  return found.st_size;
}

// Zeros where the file is shorter.
std::string read_at(int fd, off_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  require(::pread(fd, bytes.data(), size, offset) >= 0);
  return bytes;
}

void write_at(int fd, off_t offset, const std::string& bytes) {
  require(::pwrite(fd, bytes.data(), bytes.size(), offset) == static_cast<ssize_t>(bytes.size()));
}

bool choose(std::mt19937_64* random) { return random == nullptr || (*random)() % 2 == 0; }

}  // namespace

UnsyncedChanges::File& UnsyncedChanges::file_at(const Path& path) {
  struct stat found {};
  require(::stat(path.c_str(), &found) == 0);
  File& file = files_[{found.st_dev, found.st_ino}];
  if (file.fd < 0) file.fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  require(file.fd >= 0);
  return file;
}

void UnsyncedChanges::remember_size(File& file) {
  if (!file.size) file.size = size_of(file.fd);
}

void UnsyncedChanges::remember_sectors(File& file, off_t from, off_t to) {
  for (off_t sector = from / kSector; sector * kSector < to; ++sector) {
    if (!file.sectors.contains(sector))
      file.sectors[sector] = read_at(file.fd, sector * kSector, kSector);
  }
}

void UnsyncedChanges::will_write(const Path& path, off_t offset, std::size_t size) {
  File& file = file_at(path);
  remember_size(file);
  remember_sectors(file, offset, offset + static_cast<off_t>(size));
}

void UnsyncedChanges::will_truncate(const Path& path, off_t size) {
  File& file = file_at(path);
  remember_size(file);
  remember_sectors(file, size, size_of(file.fd));
}

void UnsyncedChanges::will_remove(const Path& path) {
  add_folder_change(path, [path, content = synced_content(path)] {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  });
  struct stat found {};
  require(::stat(path.c_str(), &found) == 0);
  files_.erase({found.st_dev, found.st_ino});  // the number may be given to another file
}

void UnsyncedChanges::will_rename(const Path& from, const Path& to) {
  if (fs::exists(to)) will_remove(to);
  add_folder_change(to, [from, to] { fs::rename(to, from); });
}

void UnsyncedChanges::has_made(const Path& path) {
  add_folder_change(path, [path] {
    std::error_code ignored;
    fs::remove(path, ignored);
  });
}

void UnsyncedChanges::has_synced_file(const Path& path) {
  File& file = file_at(path);
  file.sectors.clear();
  file.size.reset();
}

void UnsyncedChanges::has_synced_folder(const Path& folder) {
  std::erase_if(folder_changes_,
                [&](const FolderChange& change) { return change.folder == folder; });
}

void UnsyncedChanges::forget(std::mt19937_64* random) {
  for (const auto& [id, file] : files_) restore(file, random);
  std::size_t undone = folder_changes_.size();
  if (random != nullptr) undone = (*random)() % (undone + 1);
  for (; undone > 0; --undone) {
    folder_changes_.back().undo();
    folder_changes_.pop_back();
  }
}

void UnsyncedChanges::restore(const File& file, std::mt19937_64* random) {
  if (!file.size) return;
  const off_t size = choose(random) ? *file.size : size_of(file.fd);
  for (const auto& [sector, bytes] : file.sectors) {
    if (choose(random)) write_at(file.fd, sector * kSector, bytes);
  }
  require(::ftruncate(file.fd, size) == 0);
}

std::string UnsyncedChanges::synced_content(const Path& path) {
  const File& file = file_at(path);
  const off_t size = file.size.value_or(size_of(file.fd));
  std::string content = read_at(file.fd, 0, static_cast<std::size_t>(size));
  for (const auto& [sector, bytes] : file.sectors) {
    const auto at = static_cast<std::size_t>(sector * kSector);
    if (at < content.size())
      content.replace(at, std::min(bytes.size(), content.size() - at), bytes, 0,
                      std::min(bytes.size(), content.size() - at));
  }
  return content;
}

void UnsyncedChanges::add_folder_change(const Path& path, std::function<void()> undo) {
  folder_changes_.push_back({path.parent_path(), std::move(undo)});
}

}  // namespace rota
