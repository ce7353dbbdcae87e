// SPDX-License-Identifier: Apache-2.0
// For tests: a folder that is gone, with all that is in it, when the object is.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace rota::inline v1 {

class TemporaryFolder {
 public:
  // In memory where the system has such a place: for tests that are about anything but the disk.
  static TemporaryFolder in_memory() {
    std::error_code ignored;
    const std::filesystem::path place = "/dev/shm";
    return TemporaryFolder(std::filesystem::is_directory(place, ignored)
                               ? place
                               : std::filesystem::temp_directory_path());
  }

  TemporaryFolder() : TemporaryFolder(std::filesystem::temp_directory_path()) {}
  explicit TemporaryFolder(const std::filesystem::path& place) {
    std::string name = (place / "rota-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("no folder can be made at " + name);
    path_ = std::filesystem::canonical(name);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace rota::inline v1
