// SPDX-License-Identifier: Apache-2.0
// An ELF shared library as bytes of an open file (System V ABI, chapters "Object Files" and "Program
// Loading"): its header and tables, every offset checked against the file. Nothing is mapped or run. Does not
// know what is looked for.
#pragma once

#include "discovery/refusal.h"

#include <elf.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// Borrows the descriptor. Not safe from two threads at once.
class ElfFile {
 public:
  // Refused: what is no shared library for this processor.
  static OrRefusal<ElfFile> open(int fd, std::uint64_t size);

  const Elf64_Ehdr& header() const noexcept { return header_; }
  bool holds(std::uint64_t offset, std::uint64_t bytes) const noexcept {
    return offset <= size_ && bytes <= size_ - offset;
  }
  // Fills `out`; `what` names it in the refusal.
  std::optional<Refusal> read(std::uint64_t offset, std::span<char> out,
                              std::string_view what) const;
  template <class T>
  OrRefusal<std::vector<T>> read_array(std::uint64_t offset, std::uint64_t count,
                                       std::string_view what) const {
    if (count > size_ / sizeof(T) || !holds(offset, count * sizeof(T))) return truncated(what);
    std::vector<T> values(count);
    if (auto refusal =
            read(offset, {reinterpret_cast<char*>(values.data()), count * sizeof(T)}, what)) {
      return *std::move(refusal);
    }
    return values;
  }
  OrRefusal<std::vector<Elf64_Phdr>> segments() const;
  OrRefusal<std::vector<Elf64_Shdr>> sections() const;

  static Refusal truncated(std::string_view what);

 private:
  ElfFile(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  std::optional<Refusal> read_header();

  int fd_;
  std::uint64_t size_;
  // The first page is read at once: mostly it holds all that is asked for.
  std::array<char, 4096> first_;
  std::size_t first_bytes_ = 0;
  Elf64_Ehdr header_{};
};

}  // namespace rota::inline v1
