// SPDX-License-Identifier: Apache-2.0
// What a folder holds of what a scan looks for: libraries and folders. Knows nothing of rights, and not what is in a file.
#pragma once

#include "os/shared_bytes.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace rota::inline v1 {

enum class EntryType : char {
  library = 'l',  // a regular file by the name of a library
  folder = 'd',
  other = '?',  // a link, or the file system does not say: it has to be looked at each time
};

// What the folder itself says, by names. It holds for as long as the folder is not changed, since links are not followed.
class FolderListing {
 public:
  // Each name ends with a NUL behind it, and stays as long as bytes() are held.
  using Entry = std::pair<EntryType, std::string_view>;

  // Of an open folder; nothing, with errno set, where it cannot be read.
  static std::optional<FolderListing> read(int folder);
  // Of bytes() of one; nothing where they are none.
  static std::optional<FolderListing> parse(SharedBytes bytes);
  // Of one name, that may be anything.
  static FolderListing of(std::string_view name);

  const std::vector<Entry>& entries() const noexcept { return entries_; }
  const SharedBytes& bytes() const noexcept { return bytes_; }

 private:
  FolderListing(SharedBytes bytes, std::vector<Entry> entries)
      : bytes_(std::move(bytes)), entries_(std::move(entries)) {}

  SharedBytes bytes_;  // for each a character for its type, its name, and a NUL
  std::vector<Entry> entries_;
};

bool is_library_name(std::string_view name) noexcept;

}  // namespace rota::inline v1
