// SPDX-License-Identifier: Apache-2.0
// Whose files may become code of this process: those that nobody but root and the user could have put there.
// Does not look into a file.
#pragma once

#include "discovery/refusal.h"

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <vector>

namespace rota::inline v1 {

// Owner and rights of a file or a folder.
std::optional<Refusal> check_trust(const struct stat& status);
// The same of a folder by name; a folder that is not there is no refusal.
std::optional<Refusal> check_folder_trust(const std::filesystem::path& folder);

// Which folders are allowed, when there are any.
class AllowList {
 public:
  explicit AllowList(const std::vector<std::filesystem::path>& folders);

  bool empty() const noexcept { return folders_.empty(); }
  // `folder` with all symbolic links resolved is one of them or below one.
  bool allows(const std::filesystem::path& folder) const;
  static Refusal refusal();

 private:
  std::vector<std::filesystem::path> folders_;
};

}  // namespace rota::inline v1
