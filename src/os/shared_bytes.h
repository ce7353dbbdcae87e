// SPDX-License-Identifier: Apache-2.0
// Bytes that stay as long as anyone holds them: a copy or a part holds the same ones. They never change.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rota::inline v1 {

class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(std::shared_ptr<const void> owner, std::string_view bytes) noexcept
      : owner_(std::move(owner)), bytes_(bytes) {}
  explicit SharedBytes(std::string bytes) {
    auto owner = std::make_shared<const std::string>(std::move(bytes));
    bytes_ = *owner;
    owner_ = std::move(owner);
  }

  std::string_view view() const noexcept { return bytes_; }
  bool empty() const noexcept { return bytes_.empty(); }
  // `offset` and `size` must lie in it.
  SharedBytes part(std::size_t offset, std::size_t size) const {
    return {owner_, bytes_.substr(offset, size)};
  }

  friend bool operator==(const SharedBytes& one, const SharedBytes& other) noexcept {
    return one.bytes_ == other.bytes_;
  }

 private:
  std::shared_ptr<const void> owner_;
  std::string_view bytes_;
};

}  // namespace rota::inline v1
