// SPDX-License-Identifier: Apache-2.0
#include "executor/frames.h"

#include <algorithm>

namespace rota::inline v1 {
namespace {

constexpr std::size_t kHeaderBytes = 5;

std::uint64_t read_number(std::string_view bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t at = bytes.size(); at-- > 0;)
    value = (value << 8U) | static_cast<unsigned char>(bytes[at]);
  return value;
}

}  // namespace

FrameWriter::FrameWriter(std::string& out, std::uint8_t kind) : out_(out), begin_(out.size()) {
  number(0, 4);
  number(kind, 1);
}

FrameWriter& FrameWriter::number(std::uint64_t value, int bytes) {
  for (; bytes > 0; --bytes, value >>= 8U)
    out_.push_back(static_cast<char>(static_cast<unsigned char>(value & 0xFFU)));
  return *this;
}

FrameWriter& FrameWriter::text(std::string_view value) {
  u32(static_cast<std::uint32_t>(std::min(value.size(), kMaxFrameBytes + 1)));
  out_.append(value.substr(0, kMaxFrameBytes + 1));
  return *this;
}

bool FrameWriter::finish() {
  std::size_t length = out_.size() - begin_ - kHeaderBytes;
  if (length > kMaxFrameBytes) {
    out_.resize(begin_);
    return false;
  }
  for (std::size_t at = 0; at < 4; ++at, length >>= 8U)
    out_[begin_ + at] = static_cast<char>(static_cast<unsigned char>(length & 0xFFU));
  return true;
}

std::uint64_t FrameReader::number(std::size_t bytes) {
  if (!ok_ || left_.size() < bytes) {
    ok_ = false;
    return 0;
  }
  const std::uint64_t value = read_number(left_.substr(0, bytes));
  left_.remove_prefix(bytes);
  return value;
}

std::string_view FrameReader::text() {
  const std::size_t size = u32();
  if (!ok_ || left_.size() < size) {
    ok_ = false;
    return {};
  }
  const std::string_view value = left_.substr(0, size);
  left_.remove_prefix(size);
  return value;
}

std::size_t FrameReader::count(std::size_t bytes_each) {
  const std::size_t value = u32();
  if (ok_ && value <= left_.size() / bytes_each) return value;
  ok_ = false;
  return 0;
}

void FrameBuffer::add(std::string_view bytes) {
  constexpr std::size_t kWorthMoving = 4096;
  if (at_ == bytes_.size()) {
    bytes_.clear();
    at_ = 0;
  } else if (at_ > kWorthMoving && at_ > bytes_.size() / 2) {
    bytes_.erase(0, at_);
    at_ = 0;
  }
  bytes_.append(bytes);
}

std::optional<FrameBuffer::Frame> FrameBuffer::next() {
  const std::string_view left = std::string_view(bytes_).substr(at_);
  if (is_broken_ || left.size() < kHeaderBytes) return std::nullopt;
  const std::uint64_t length = read_number(left.substr(0, 4));
  if (length > kMaxFrameBytes) {
    is_broken_ = true;
    return std::nullopt;
  }
  if (left.size() < kHeaderBytes + length) return std::nullopt;
  at_ += kHeaderBytes + length;
  return Frame{static_cast<std::uint8_t>(left[4]), left.substr(kHeaderBytes, length)};
}

}  // namespace rota::inline v1
