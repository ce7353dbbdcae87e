// SPDX-License-Identifier: Apache-2.0
// Bytes one after the other, from pieces of any size, and how far they have been read. Knows no format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
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

// More bytes were read than expect_within() allowed.
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

  bool at_end() { return at_ == size_ && !refill(); }
  // The next byte, which must be there.
  char peek() const noexcept { return buffer_[at_]; }
  void skip() {
    if (buffer_[at_] == '\n') ++line_;
    ++at_;
    if (before_ + at_ > limit_) throw TooMuch("more bytes than expected");
  }
  // Of the byte that was read last.
  Position position() const noexcept { return {line_, before_ + at_}; }
  // From here on skip() throws TooMuch after so many bytes.
  void expect_within(std::uint64_t bytes) noexcept { limit_ = before_ + at_ + bytes; }

 private:
  static constexpr std::size_t kBufferBytes = 65536;

  bool refill() {
    before_ += at_;
    at_ = 0;
    size_ = read_(buffer_);
    return size_ != 0;
  }

  Read read_;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  std::uint64_t before_ = 0;  // bytes before the buffer
  std::uint64_t line_ = 1;
  std::uint64_t limit_ = std::numeric_limits<std::uint64_t>::max();
};

// The bytes of a source as an input iterator; one without a source is the end.
class ByteIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  ByteIterator() = default;
  explicit ByteIterator(ByteSource& source) : source_(&source) {}

  char operator*() const noexcept { return source_->peek(); }
  ByteIterator& operator++() {
    source_->skip();
    return *this;
  }
  friend bool operator==(const ByteIterator& left, const ByteIterator& right) {
    return left.ended() == right.ended();
  }

 private:
  bool ended() const { return source_ == nullptr || source_->at_end(); }

  ByteSource* source_ = nullptr;
};

}  // namespace rota::inline v1
