// SPDX-License-Identifier: Apache-2.0
// Bytes on the connection between runner and worker: frames of a known length, and values in them. Both sides
// are on one machine, but nothing that is read is believed. Knows no message.
//
// A frame is {u32 length, u8 kind, length bytes}, numbers little endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v1 {

inline constexpr std::size_t kMaxFrameBytes = std::size_t{64} * 1024 * 1024;

class FrameWriter {
 public:
  // Appends to `out`, which must outlive it.
  FrameWriter(std::string& out, std::uint8_t kind);
  FrameWriter& u8(std::uint8_t value) { return number(value, 1); }
  FrameWriter& u32(std::uint32_t value) { return number(value, 4); }
  FrameWriter& u64(std::uint64_t value) { return number(value, 8); }
  FrameWriter& i64(std::int64_t value) { return number(static_cast<std::uint64_t>(value), 8); }
  FrameWriter& text(std::string_view value);
  // Writes the length. False where the frame is too long: then `out` is as it was.
  bool finish();

 private:
  FrameWriter& number(std::uint64_t value, int bytes);

  std::string& out_;
  std::size_t begin_;
};

// Reads values from the bytes of a frame. After the first that is not there all are empty, and ok() is false.
class FrameReader {
 public:
  explicit FrameReader(std::string_view bytes) noexcept : left_(bytes) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  std::int64_t i64() { return static_cast<std::int64_t>(number(8)); }
  std::string_view text();
  // A count of things of at least `bytes_each`: never more than can follow.
  std::size_t count(std::size_t bytes_each);
  bool ok() const noexcept { return ok_; }
  // All was there, and nothing more.
  bool is_complete() const noexcept { return ok_ && left_.empty(); }

 private:
  std::uint64_t number(std::size_t bytes);

  std::string_view left_;
  bool ok_ = true;
};

// Cuts what arrives into frames.
class FrameBuffer {
 public:
  struct Frame {
    std::uint8_t kind = 0;
    std::string_view bytes = {};  // until the next call
  };

  void add(std::string_view bytes);
  // Nothing where no whole frame is there.
  std::optional<Frame> next();
  // True once something came that is no frame: nothing more is read.
  bool is_broken() const noexcept { return is_broken_; }
  bool empty() const noexcept { return at_ == bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
  bool is_broken_ = false;
};

}  // namespace rota::inline v1
