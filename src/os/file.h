// SPDX-License-Identifier: Apache-2.0
// An open file that closes itself, and exact reads from it. Knows no format.
#pragma once

#include <rota/export.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rota::inline v1 {

class ROTA_EXPORT UniqueFd {
 public:
  UniqueFd() noexcept = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd();

  int get() const noexcept { return fd_; }
  bool valid() const noexcept { return fd_ >= 0; }
  // Leaves it to the caller to close.
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// Opens for reading; never waits for a fifo's writer, never takes a terminal. Invalid with errno set when it
// cannot.
UniqueFd open_for_reading(const std::filesystem::path& path) noexcept;

// Reads up to the whole buffer from `offset`; gives how many bytes there were, or -1 with errno set.
std::ptrdiff_t read_at(int fd, std::uint64_t offset, std::span<char> buffer) noexcept;

// Writes all of `content`; false with errno set where it cannot.
ROTA_EXPORT bool write_all(int fd, std::string_view content) noexcept;

// strerror, safe from any thread.
std::string error_text(int error_number);

}  // namespace rota::inline v1
