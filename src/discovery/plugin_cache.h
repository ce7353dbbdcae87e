// SPDX-License-Identifier: Apache-2.0
// What plugin files said of themselves, and what their folders hold, kept from one process to the next. What
// it gives is bytes with the answer whether they are sound: the answer is only taken from a whole file of the user's own. Knows nothing of what the notes mean.
//
// The file: a header, rows of fixed size, then the bytes they point to; all in the
// byte order of the machine, since it never leaves it. The checksum is XXH3 (64 bits) of all after the header.
#pragma once

#include "discovery/file_identity.h"
#include "discovery/inode_table.h"
#include "discovery/plugin_content.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rota::inline v1 {

using CachedFile = std::pair<FileIdentity, PluginContent>;
using CachedFolder = std::pair<FileIdentity, SharedBytes>;  // FolderListing::bytes

class PluginCache {
 public:
  PluginCache() = default;
  // Empty, with the reason in `problem`, where the file is damaged, or could have been written by others. One
  // that is not there, or that another version of Rota made, is empty without a problem.
  static PluginCache open(const std::filesystem::path& file, std::string& problem);

  // Of `bytes` of a file; nothing where they are damaged.
  static std::optional<PluginCache> parse(SharedBytes bytes);

  std::size_t size() const noexcept { return rows_; }
  std::optional<PluginContent> find(const FileIdentity& identity) const;
  std::optional<SharedBytes> find_folder(const FileIdentity& identity) const;

  // The bytes of a cache of the new files and folders and of what this one knows besides, without the oldest-known where
  // that grows beyond use: a file that changed leaves its old row behind.
  std::string with(const std::vector<CachedFile>& files, std::size_t files_in_use,
                   const std::vector<CachedFolder>& folders = {}) const;

 private:
  struct Row;
  struct RowWithData;
  PluginCache(SharedBytes bytes, std::size_t rows);
  Row row(std::size_t index) const;
  std::optional<Row> row_of(const FileIdentity& identity) const;
  // Nothing where it lies outside.
  std::optional<SharedBytes> data_of(const Row& row) const;
  std::optional<PluginContent> content(const Row& row) const;
  static RowWithData encode(const CachedFile& file);
  static std::string file_of(const std::vector<RowWithData>& all);

  SharedBytes bytes_;
  std::size_t rows_ = 0;
  InodeTable index_;  // of the rows
};

// False while a change within the resolution of the file system's clock could go unseen.
bool is_settled(const FileIdentity& identity, std::int64_t now_nanoseconds) noexcept;

}  // namespace rota::inline v1
