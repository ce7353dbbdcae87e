// SPDX-License-Identifier: Apache-2.0
// Bytes one after the other, from pieces of any size, and how far they have been read. Knows no format.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

namespace rota::inline v1 {

// In an input, both counted from 1.
struct Position {
  std::uint64_t line = 1;
  std::uint64_t byte = 0;
};

// There are more bytes than expect_within() allowed.
class TooMuch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ByteSource {
 public:
  // Fills the front of the buffer and gives how much that was; 0 at the end. May throw.
  using Read = std::function<std::size_t(std::span<char>)>;

  explicit ByteSource(Read read) : read_(std::move(read)), buffer_(kBufferBytes) {}
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // Throws TooMuch where there is a byte beyond what was expected.
  bool at_end() { return at_ == stop_ && !go_on(); }
  // The next byte, which must be there: at_end() was asked.
  char peek() const noexcept { return *at_; }
  void skip() noexcept { ++at_; }
  std::uint64_t bytes_read() const noexcept {
    return before_ + static_cast<std::uint64_t>(at_ - buffer_.data());
  }
  // Of the byte that was read last.
  Position position() noexcept {
    count_lines();
    return {line_, bytes_read()};
  }
  // From here on at_end() throws TooMuch after so many bytes.
  void expect_within(std::uint64_t bytes) noexcept {
    limit_ = bytes_read() + bytes;
    stop_ = at_ + std::min(static_cast<std::uint64_t>(end_ - at_), bytes);
  }

 private:
  static constexpr std::size_t kBufferBytes = 65536;

  void count_lines() noexcept {
    while (counted_ != at_) {
      const void* const end = std::memchr(counted_, '\n', static_cast<std::size_t>(at_ - counted_));
      line_ += end == nullptr ? 0 : 1;
      counted_ = end == nullptr ? at_ : static_cast<const char*>(end) + 1;
    }
  }
  // False: there is nothing more. Kept out of the loops over bytes.
  [[gnu::noinline]] bool go_on() {
    if (at_ == end_ && !refill()) return false;
    const std::uint64_t allowed = limit_ - bytes_read();
    if (allowed == 0) throw TooMuch("more bytes than expected");
    stop_ = at_ + std::min(static_cast<std::uint64_t>(end_ - at_), allowed);
    return true;
  }
  bool refill() {
    count_lines();
    before_ = bytes_read();
    at_ = counted_ = stop_ = end_ = buffer_.data();
    end_ += read_(buffer_);
    return end_ != at_;
  }

  Read read_;
  std::vector<char> buffer_;
  const char* at_ = buffer_.data();  // the next byte
  const char* end_ = at_;            // of what the buffer holds
  const char* stop_ = at_;           // that, or where the expected bytes end
  const char* counted_ = at_;        // lines are counted up to here
  std::uint64_t before_ = 0;         // bytes before the buffer
  std::uint64_t line_ = 1;
  std::uint64_t limit_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace rota::inline v1
