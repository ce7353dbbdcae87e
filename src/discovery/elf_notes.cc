// SPDX-License-Identifier: Apache-2.0
#include "discovery/elf_notes.h"

#include "os/file.h"
#include <rota/plugin.h>

#include <elf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>

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

constexpr std::uint64_t kMaxTableBytes = 64U
                                         << 20U;  // far above any manifest, far below any memory

using Notes = std::vector<std::string>;

Refusal truncated(std::string_view what) {
  return {RefusalReason::truncated,
          fmt::format("its {} lies outside of the file; copy or build it again", what)};
}

// Reads whole objects of a file, or says why not.
class Reader {
 public:
  Reader(int fd, std::uint64_t size) : fd_(fd), size_(size) {}

  bool holds(std::uint64_t offset, std::uint64_t bytes) const noexcept {
    return offset <= size_ && bytes <= size_ - offset;
  }

  std::optional<Refusal> read(std::uint64_t offset, std::span<char> out,
                              std::string_view what) const {
    if (!holds(offset, out.size())) return truncated(what);
    const std::ptrdiff_t got = read_at(fd_, offset, out);
    if (got < 0) {
      return Refusal{RefusalReason::unreadable,
                     fmt::format("it cannot be read: {}", error_text(errno))};
    }
    if (static_cast<std::size_t>(got) != out.size()) return truncated(what);
    return std::nullopt;
  }

  template <class T>
  OrRefusal<std::vector<T>> read_array(std::uint64_t offset, std::uint64_t count,
                                       std::string_view what) const {
    if (!holds(offset, count * sizeof(T))) return truncated(what);
    std::vector<T> values(count);
    if (auto refusal =
            read(offset, {reinterpret_cast<char*>(values.data()), count * sizeof(T)}, what)) {
      return *std::move(refusal);
    }
    return values;
  }

 private:
  int fd_;
  std::uint64_t size_;
};

std::optional<Refusal> check_header(const Elf64_Ehdr& header) {
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return Refusal{RefusalReason::not_elf, "it is no shared library (not an ELF file)"};
  }
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

// Where a table of notes lies.
struct Table {
  std::uint64_t offset;
  std::uint64_t bytes;
  std::uint64_t alignment;
};

std::optional<Refusal> append_notes(const Reader& reader, const Table& table, Notes& notes) {
  if (table.bytes > kMaxTableBytes) {
    return Refusal{
        RefusalReason::malformed_note,
        fmt::format("its notes take {} bytes, more than {}", table.bytes, kMaxTableBytes)};
  }
  auto bytes = reader.read_array<char>(table.offset, table.bytes, "note segment");
  if (auto* refusal = std::get_if<Refusal>(&bytes)) return std::move(*refusal);
  const auto& content = std::get<std::vector<char>>(bytes);
  auto found = find_notes({content.data(), content.size()}, table.alignment);
  if (auto* refusal = std::get_if<Refusal>(&found)) return std::move(*refusal);
  for (std::string& note : std::get<Notes>(found)) notes.push_back(std::move(note));
  return std::nullopt;
}

OrRefusal<std::vector<Table>> tables_of_segments(const Reader& reader, const Elf64_Ehdr& header) {
  std::vector<Table> tables;
  if (header.e_phnum == 0) return tables;
  if (header.e_phentsize != sizeof(Elf64_Phdr)) return truncated("program header table");
  auto headers =
      reader.read_array<Elf64_Phdr>(header.e_phoff, header.e_phnum, "program header table");
  if (auto* refusal = std::get_if<Refusal>(&headers)) return std::move(*refusal);
  for (const Elf64_Phdr& segment : std::get<0>(headers)) {
    // The loader would map what is not there, and the process would end when it is touched.
    if (segment.p_type == PT_LOAD && !reader.holds(segment.p_offset, segment.p_filesz)) {
      return truncated("code");
    }
    if (segment.p_type == PT_NOTE)
      tables.push_back({segment.p_offset, segment.p_filesz, segment.p_align});
  }
  return tables;
}

OrRefusal<std::vector<Table>> tables_of_sections(const Reader& reader, const Elf64_Ehdr& header) {
  std::vector<Table> tables;
  if (header.e_shnum == 0) return tables;
  if (header.e_shentsize != sizeof(Elf64_Shdr)) return truncated("section header table");
  auto headers =
      reader.read_array<Elf64_Shdr>(header.e_shoff, header.e_shnum, "section header table");
  if (auto* refusal = std::get_if<Refusal>(&headers)) return std::move(*refusal);
  for (const Elf64_Shdr& section : std::get<0>(headers)) {
    if (section.sh_type == SHT_NOTE)
      tables.push_back({section.sh_offset, section.sh_size, section.sh_addralign});
  }
  return tables;
}

constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) noexcept {
  return (value + alignment - 1) / alignment * alignment;
}

}  // namespace

OrRefusal<Notes> find_notes(std::string_view table, std::uint64_t alignment) {
  // Tools write 0 and 1 for 4; an entry's parts are aligned from the start of the entry.
  const std::uint64_t step = alignment == 8 ? 8 : 4;
  constexpr std::string_view kOwner{ROTA_NOTE_OWNER, sizeof(ROTA_NOTE_OWNER)};
  Notes notes;
  for (std::uint64_t at = 0; table.size() - at >= sizeof(Elf64_Nhdr);) {
    Elf64_Nhdr header;
    std::memcpy(&header, table.data() + at, sizeof header);
    const std::uint64_t descriptor = align_up(sizeof header + std::uint64_t{header.n_namesz}, step);
    const std::uint64_t end = descriptor + header.n_descsz;
    const std::string_view rest = table.substr(at);
    const bool ours =
        header.n_namesz == kOwner.size() && rest.size() >= sizeof header + kOwner.size() &&
        rest.substr(sizeof header, kOwner.size()) == kOwner && header.n_type == ROTA_NOTE_TYPE;
    if (end > rest.size()) {
      if (ours)
        return Refusal{RefusalReason::malformed_note,
                       "its manifest runs past its end; build it again"};
      break;
    }
    if (ours) notes.emplace_back(rest.substr(descriptor, header.n_descsz));
    if (align_up(end, step) >= rest.size()) break;
    at += align_up(end, step);
  }
  return notes;
}

OrRefusal<Notes> read_elf_notes(int fd, std::uint64_t size) {
  const Reader reader(fd, size);
  if (size < SELFMAG)
    return Refusal{RefusalReason::not_elf, "it is no shared library (not an ELF file)"};
  Elf64_Ehdr header{};
  const std::size_t there = std::min<std::uint64_t>(size, sizeof header);
  if (auto refusal = reader.read(0, {reinterpret_cast<char*>(&header), there}, "header"))
    return *std::move(refusal);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && there < sizeof header)
    return truncated("header");
  if (auto refusal = check_header(header)) return *std::move(refusal);

  Notes notes;
  for (const auto& tables_of : {tables_of_segments, tables_of_sections}) {
    auto tables = tables_of(reader, header);
    if (auto* refusal = std::get_if<Refusal>(&tables)) return std::move(*refusal);
    for (const Table& table : std::get<0>(tables)) {
      if (auto refusal = append_notes(reader, table, notes)) return *std::move(refusal);
    }
    if (!notes.empty()) break;
  }
  return notes;
}

}  // namespace rota::inline v1
