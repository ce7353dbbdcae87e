// SPDX-License-Identifier: Apache-2.0
// What one execution prints, kept in a file of bounded size: its beginning and its end. Knows nothing of who
// prints it.
#pragma once

#include "os/file.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace rota::inline v1 {

class OutputFile {
 public:
  static constexpr std::size_t kKeptEndBytes = std::size_t{64} * 1024;

  // `file` is below `root`; it is made at the first byte. `max_bytes` of the beginning are kept.
  OutputFile(std::filesystem::path root, std::filesystem::path file, std::uint64_t max_bytes)
      : root_(std::move(root)), file_(std::move(file)), max_bytes_(max_bytes) {}

  void add(std::string_view bytes);
  // Writes what was kept of the end.
  void finish();

  std::uint64_t total_bytes() const noexcept { return total_bytes_; }
  bool is_empty() const noexcept { return total_bytes_ == 0; }
  // Where it is; empty where there is none.
  std::string path() const;
  // Why it could not be written; mostly empty.
  const std::string& problem() const noexcept { return problem_; }
  // The last lines that are not empty, as one line of at most `max_bytes`; empty where nothing was printed.
  std::string last_words(std::size_t max_bytes) const;

 private:
  void write(std::string_view bytes);

  std::filesystem::path root_;
  std::filesystem::path file_;
  std::uint64_t max_bytes_;
  UniqueFd fd_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t written_bytes_ = 0;
  std::string end_;  // the last bytes, twice as many as are kept at most
  std::string problem_;
};

}  // namespace rota::inline v1
