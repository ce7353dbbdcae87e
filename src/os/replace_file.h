// SPDX-License-Identifier: Apache-2.0
// Writes a file so that whoever looks sees the old one or the new one, whole. Knows nothing of the content.
#pragma once

#include "os/file.h"
#include <rota/export.h>

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace rota::inline v1 {

// Written in pieces to a temporary name in the same folder; in its place once it is committed. A symbolic link
// at `path` is replaced, not followed. After the first problem nothing more is done.
class FileReplacement {
 public:
  FileReplacement(std::filesystem::path path, mode_t mode);
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;
  // Without commit() all is as it was.
  ~FileReplacement();

  void write(std::string_view piece);
  // Syncs and renames.
  void commit();
  // The reason where something could not be done, else an empty text.
  const std::string& problem() const noexcept { return problem_; }

 private:
  void check(bool done);

  const std::filesystem::path path_;
  const mode_t mode_;
  std::string temporary_;
  UniqueFd fd_;
  bool is_committed_ = false;
  std::string problem_;
};

// The same for a whole content. Gives the reason where it could not be done, else an empty text; then all is as
// it was.
ROTA_EXPORT std::string replace_file(const std::filesystem::path& path, std::string_view content,
                                     mode_t mode);

}  // namespace rota::inline v1
