// SPDX-License-Identifier: Apache-2.0
// A number for each of many files, by device and inode: a hash table of a size that is known beforehand, in one piece of
// memory. Knows nothing of files.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace rota::inline v1 {

class InodeTable {
 public:
  InodeTable() = default;
  // Takes at most `most` files.
  explicit InodeTable(std::size_t most)
      : slots_(std::bit_ceil(2 * most + 2)), shift_(64 - std::countr_zero(slots_.size())) {}

  // False where the file is there already: what it has stays.
  bool add(std::uint64_t device, std::uint64_t inode, std::uint32_t number) {
    Slot& slot = const_cast<Slot&>(slot_of(device, inode));
    if (slot.is_used) return false;
    slot = {device, inode, number, true};
    return true;
  }
  std::optional<std::uint32_t> find(std::uint64_t device, std::uint64_t inode) const noexcept {
    if (slots_.empty()) return std::nullopt;
    const Slot& slot = slot_of(device, inode);
    return slot.is_used ? std::optional(slot.number) : std::nullopt;
  }

 private:
  struct Slot {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint32_t number = 0;
    bool is_used = false;
  };

  // The file's, or the free one where it would go; there always is one.
  const Slot& slot_of(std::uint64_t device, std::uint64_t inode) const noexcept {
    constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;  // Knuth, TAOCP 3, section 6.4
    for (std::size_t at = ((inode ^ device << 40U) * kGoldenRatio) >> shift_;; ++at) {
      const Slot& slot = slots_[at & (slots_.size() - 1)];
      if (!slot.is_used || (slot.inode == inode && slot.device == device)) return slot;
    }
  }

  std::vector<Slot> slots_;
  int shift_ = 0;
};

}  // namespace rota::inline v1
