// SPDX-License-Identifier: Apache-2.0
// What Python files said of themselves, and which of them folders hold, kept from one process to the next. Gives only
// what a whole file of the user's own says. Knows nothing of what the bytes mean.
//
// The file: a header, rows of fixed size, then the bytes they point to; all in the byte order of the machine, since
// it never leaves it. The checksum is XXH3 (64 bits) of all after the header.
#pragma once

#include "discovery/file_identity.h"
#include "discovery/inode_table.h"
#include "os/shared_bytes.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// Of one file, to_bytes(SourceRecord); of a folder, its listing.
struct CachedSource {
  FileIdentity identity;
  SharedBytes bytes;
};

class SourceCache {
 public:
  SourceCache() = default;
  // `reader` stands for who reads Python: what another one made is not taken. Empty, with the reason in `problem`,
  // where the file is damaged, or could have been written by others; one that is not there is empty without.
  static SourceCache open(const std::filesystem::path& file, std::uint64_t reader,
                          std::string& problem);
  // Of `bytes` of a file; nothing where they are damaged.
  static std::optional<SourceCache> parse(SharedBytes bytes, std::uint64_t reader);

  std::size_t size() const noexcept { return rows_; }
  std::optional<SharedBytes> find(const FileIdentity& identity) const;

  // The bytes of a cache of these, and of what this one knows besides, without the rest where that grows beyond
  // `most`: a file that changed leaves its old row behind.
  std::string with(const std::vector<CachedSource>& sources, std::uint64_t reader,
                   std::size_t most) const;

 private:
  struct Row;
  SourceCache(SharedBytes bytes, std::size_t rows);
  Row row(std::size_t index) const;
  std::optional<SharedBytes> data_of(const Row& row) const;

  SharedBytes bytes_;
  std::size_t rows_ = 0;
  InodeTable index_;
};

}  // namespace rota::inline v1
