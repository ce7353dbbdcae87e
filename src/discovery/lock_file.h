// SPDX-License-Identifier: Apache-2.0
// rota.lock: which plugins of which content a project takes. Lines as sha256sum(1) writes and checks them:
// 64 hexadecimal digits, two spaces, the path, relative to the folder of the lock file or absolute; empty lines
// and those that begin with '#' are comments. Knows nothing of what is in a plugin.
#pragma once

#include "discovery/refusal.h"
#include "os/sha256.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v1 {

class LockFile {
 public:
  // Throws TaskRegistryError where it cannot be read, does not keep to the format (with the line), or could have
  // been written by others.
  static LockFile open(const std::filesystem::path& file);
  // `folder` is what relative paths are relative to; `name` is for messages.
  static LockFile parse(std::string_view text, const std::filesystem::path& folder,
                        std::string_view name);

  // Nothing for a path that is not named.
  std::optional<Sha256> find(const std::filesystem::path& file) const;
  std::size_t size() const noexcept { return hashes_.size(); }

 private:
  std::map<std::string, Sha256, std::less<>> hashes_;
};

}  // namespace rota::inline v1
