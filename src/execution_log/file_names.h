// SPDX-License-Identifier: Apache-2.0
// The one name that each file has in a log. Knows nothing of executions.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace rota::inline v1 {

// Immutable; may be used from any thread.
class FileNames {
 public:
  // A relative or empty root is below the current folder.
  explicit FileNames(const std::filesystem::path& project_root);

  // Absolute, as it was named.
  const std::filesystem::path& root() const noexcept { return root_; }
  // Of a path that is meant relative to the root. Looks at no file, and takes any text.
  std::string of_stored(std::string_view path) const;
  // Of a path that is meant relative to the current folder, as the system follows it. Throws LogError for
  // an empty path, or where there is no current folder.
  std::string of_path(const std::filesystem::path& path) const;

 private:
  std::filesystem::path root_;
  std::filesystem::path real_root_;  // without symbolic links
};

}  // namespace rota::inline v1
