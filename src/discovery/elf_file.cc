// SPDX-License-Identifier: Apache-2.0
#include "discovery/elf_file.h"

#include "os/file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

#if defined(__x86_64__)
constexpr std::uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t kMachine = EM_RISCV;
#else
#error "name this processor's ELF machine here"
#endif

Refusal not_elf() { return {RefusalReason::not_elf, "it is no shared library (not an ELF file)"}; }

std::optional<Refusal> check_header(const Elf64_Ehdr& header) {
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != kMachine) {
    return Refusal{
        RefusalReason::other_machine,
        fmt::format("it is made for another processor (ELF machine {}, this is {}); build it here",
                    header.e_machine, kMachine)};
  }
  if (header.e_type != ET_DYN) {
    return Refusal{
        RefusalReason::other_machine,
        fmt::format("it is no shared library (ELF type {}); link it with -shared", header.e_type)};
  }
  return std::nullopt;
}

}  // namespace

Refusal ElfFile::truncated(std::string_view what) {
  return {RefusalReason::truncated,
          fmt::format("its {} lies outside of the file; copy or build it again", what)};
}

OrRefusal<ElfFile> ElfFile::open(int fd, std::uint64_t size) {
  ElfFile file(fd, size);
  if (auto refusal = file.read_header()) return *std::move(refusal);
  return file;
}

std::optional<Refusal> ElfFile::read_header() {
  const std::ptrdiff_t got =
      read_at(fd_, 0, std::span(first_).first(std::min<std::uint64_t>(size_, first_.size())));
  if (got < 0) return unreadable(errno);
  first_bytes_ = static_cast<std::size_t>(got);
  if (first_bytes_ < SELFMAG || std::memcmp(first_.data(), ELFMAG, SELFMAG) != 0) return not_elf();
  if (first_bytes_ < sizeof header_) return truncated("header");
  std::memcpy(&header_, first_.data(), sizeof header_);
  return check_header(header_);
}

std::optional<Refusal> ElfFile::read(std::uint64_t offset, std::span<char> out,
                                     std::string_view what) const {
  if (!holds(offset, out.size())) return truncated(what);
  if (offset <= first_bytes_ && out.size() <= first_bytes_ - offset) {
    std::copy_n(first_.data() + offset, out.size(), out.data());
    return std::nullopt;
  }
  const std::ptrdiff_t got = read_at(fd_, offset, out);
  if (got < 0) return unreadable(errno);
  if (static_cast<std::size_t>(got) != out.size()) return truncated(what);
  return std::nullopt;
}

OrRefusal<std::vector<Elf64_Phdr>> ElfFile::segments() const {
  if (header_.e_phnum == 0) return std::vector<Elf64_Phdr>();
  if (header_.e_phentsize != sizeof(Elf64_Phdr)) return truncated("program header table");
  return read_array<Elf64_Phdr>(header_.e_phoff, header_.e_phnum, "program header table");
}

OrRefusal<std::vector<Elf64_Shdr>> ElfFile::sections() const {
  if (header_.e_shnum == 0) return std::vector<Elf64_Shdr>();
  if (header_.e_shentsize != sizeof(Elf64_Shdr)) return truncated("section header table");
  return read_array<Elf64_Shdr>(header_.e_shoff, header_.e_shnum, "section header table");
}

}  // namespace rota::inline v1
