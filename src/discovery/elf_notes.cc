// SPDX-License-Identifier: Apache-2.0
#include "discovery/elf_notes.h"

#include "discovery/elf_file.h"
#include <rota/plugin.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// Of one file: far above any manifest, far below any memory.
constexpr std::uint64_t kMaxNoteBytes = 64U << 20U;
// A refusal each is more than anyone reads: tables that lie over one another make millions of one megabyte.
constexpr std::size_t kMaxNotes = 10'000;

using Notes = std::vector<std::string>;

// Where a table of notes lies.
struct Table {
  std::uint64_t offset;
  std::uint64_t bytes;
  std::uint64_t alignment;
};

// `budget` is how many bytes of notes may still be read: tables may overlap.
std::optional<Refusal> append_notes(const ElfFile& file, const Table& table, std::uint64_t& budget,
                                    Notes& notes) {
  if (file.holds(table.offset, table.bytes) && table.bytes > budget) {
    return Refusal{RefusalReason::too_big,
                   fmt::format("its notes take more than {} bytes; build it again", kMaxNoteBytes)};
  }
  budget -= std::min(budget, table.bytes);
  auto bytes = file.read_array<char>(table.offset, table.bytes, "note segment");
  if (auto* refusal = std::get_if<Refusal>(&bytes)) return std::move(*refusal);
  const auto& content = std::get<std::vector<char>>(bytes);
  auto found = find_notes({content.data(), content.size()}, table.alignment);
  if (auto* refusal = std::get_if<Refusal>(&found)) return std::move(*refusal);
  for (std::string& note : std::get<Notes>(found)) notes.push_back(std::move(note));
  if (notes.size() > kMaxNotes) {
    return Refusal{
        RefusalReason::too_big,
        fmt::format("it has manifests of more than {} task classes; make several plugins of it",
                    kMaxNotes)};
  }
  return std::nullopt;
}

OrRefusal<std::vector<Table>> tables_of_segments(const ElfFile& file) {
  auto segments = file.segments();
  if (auto* refusal = std::get_if<Refusal>(&segments)) return std::move(*refusal);
  std::vector<Table> tables;
  for (const Elf64_Phdr& segment : std::get<0>(segments)) {
    // The loader would map what is not there, and the process would end when it is touched.
    if (segment.p_type == PT_LOAD && !file.holds(segment.p_offset, segment.p_filesz))
      return ElfFile::truncated("code");
    if (segment.p_type == PT_NOTE)
      tables.push_back({segment.p_offset, segment.p_filesz, segment.p_align});
  }
  return tables;
}

OrRefusal<std::vector<Table>> tables_of_sections(const ElfFile& file) {
  auto sections = file.sections();
  if (auto* refusal = std::get_if<Refusal>(&sections)) return std::move(*refusal);
  std::vector<Table> tables;
  for (const Elf64_Shdr& section : std::get<0>(sections)) {
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

OrRefusal<ElfNotes> read_elf_notes(int fd, std::uint64_t size) {
  auto opened = ElfFile::open(fd, size);
  if (auto* refusal = std::get_if<Refusal>(&opened)) return std::move(*refusal);
  const auto& file = std::get<ElfFile>(opened);
  ElfNotes notes;
  std::uint64_t budget = kMaxNoteBytes;
  for (const auto& tables_of : {tables_of_segments, tables_of_sections}) {
    auto tables = tables_of(file);
    if (auto* refusal = std::get_if<Refusal>(&tables)) return std::move(*refusal);
    for (const Table& table : std::get<0>(tables)) {
      if (auto refusal = append_notes(file, table, budget, notes.descriptors))
        return *std::move(refusal);
    }
    if (!notes.descriptors.empty()) break;
    notes.by_sections = true;
  }
  notes.by_sections = notes.by_sections && !notes.descriptors.empty();
  return notes;
}

}  // namespace rota::inline v1
