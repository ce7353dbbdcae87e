// SPDX-License-Identifier: Apache-2.0
// What has been changed on a disk and not been synced, so that it can be forgotten. Knows nothing of who
// changes it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace rota {

class UnsyncedChanges {
 public:
  using Path = std::filesystem::path;

  // To be told before the change is made; the file is there.
  void will_write(const Path& file, off_t offset, std::size_t size);
  void will_truncate(const Path& file, off_t size);
  void will_remove(const Path& file);
  void will_rename(const Path& from, const Path& to);
  // To be told after it.
  void has_made(const Path& file_or_folder);

  // To be told when it is durable.
  void has_synced_file(const Path& file);
  void has_synced_folder(const Path& folder);

  // Undoes all of it; with a source of numbers, what these choose: each sector for itself, and of the changes
  // of folders the last ones.
  void forget(std::mt19937_64* random);

 private:
  static constexpr off_t kSector = 512;
  using FileId = std::pair<dev_t, ino_t>;

  struct File {
    int fd = -1;  // never closed: that would end the process's locks on the file
    std::map<off_t, std::string> sectors = {};  // as they were when they were last synced
    std::optional<off_t> size = {};
  };
  struct FolderChange {
    Path folder;
    std::function<void()> undo;
  };

  File& file_at(const Path& path);
  void remember_size(File& file);
  void remember_sectors(File& file, off_t from, off_t to);
  static void restore(const File& file, std::mt19937_64* random);
  std::string synced_content(const Path& path);
  void add_folder_change(const Path& path, std::function<void()> undo);

  std::map<FileId, File> files_;
  std::vector<FolderChange> folder_changes_;
};

}  // namespace rota
