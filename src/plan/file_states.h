// SPDX-License-Identifier: Apache-2.0
// Whether files are still as the log has them. Knows no task.
#pragma once

#include <rota/execution_log.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>

namespace rota::inline v1 {

// Looks at each file once, and reads it once at most: only where its size is the same, its time is another, and
// a hash says what it held.
class FileStates {
 public:
  // Relative paths are below `root`; empty: the project of the process, looked for when a path needs it.
  explicit FileStates(std::filesystem::path root) : root_(std::move(root)) {}

  // " changed", " is gone" or " cannot be looked at: why", to follow the file's name; empty: it is the same, by
  // size and time of change, or by its content.
  std::string describe_change(const FileStamp& stamp);

 private:
  struct State {
    int error_number = 0;  // 0: it is there
    std::uint64_t size_bytes = 0;
    std::int64_t mtime_nanoseconds = 0;
    std::optional<std::string> content_hash =
        {};  // nothing: not read yet; empty: it cannot be read
    std::string trouble = {};
  };

  std::filesystem::path path_of(const FileStamp& stamp);
  static void read_content(const std::filesystem::path& file, State& state);

  std::filesystem::path root_;
  std::unordered_map<std::string, State> states_;  // by the names that the log gives
};

}  // namespace rota::inline v1
