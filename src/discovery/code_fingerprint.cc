// SPDX-License-Identifier: Apache-2.0
#include "discovery/code_fingerprint.h"

#include "discovery/elf_file.h"
#include "os/file.h"

#include <link.h>

#include <cstring>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rota::inline v1 {
namespace {

// A build id is 8 to 20 bytes, and its note stands in a table of a few hundred.
constexpr std::uint64_t kMaxTableBytes = 1U << 20U;
constexpr std::size_t kMaxIdBytes = 64;
constexpr std::string_view kOwner{"GNU\0", 4};

constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) noexcept {
  return (value + alignment - 1) / alignment * alignment;
}

// The build id in a table of notes; empty: there is none in what is whole of it.
std::string find_build_id(std::string_view table, std::uint64_t alignment) {
  const std::uint64_t step = alignment == 8 ? 8 : 4;
  while (table.size() >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr header;
    std::memcpy(&header, table.data(), sizeof header);
    const std::uint64_t descriptor = align_up(sizeof header + std::uint64_t{header.n_namesz}, step);
    const std::uint64_t end = descriptor + header.n_descsz;
    if (end > table.size()) return {};
    const bool is_build_id = header.n_type == NT_GNU_BUILD_ID && header.n_namesz == kOwner.size() &&
                             table.substr(sizeof header, kOwner.size()) == kOwner;
    if (is_build_id && header.n_descsz > 0 && header.n_descsz <= kMaxIdBytes) {
      std::string text = "build-id:";
      for (const char c : table.substr(descriptor, header.n_descsz))
        text += fmt::format("{:02x}", static_cast<unsigned char>(c));
      return text;
    }
    table.remove_prefix(std::min<std::uint64_t>(align_up(end, step), table.size()));
  }
  return {};
}

std::string build_id_of_file(int fd, std::uint64_t size) {
  auto opened = ElfFile::open(fd, size);
  const auto* file = std::get_if<ElfFile>(&opened);
  if (file == nullptr) return {};
  auto segments = file->segments();
  const auto* all = std::get_if<std::vector<Elf64_Phdr>>(&segments);
  if (all == nullptr) return {};
  for (const Elf64_Phdr& segment : *all) {
    if (segment.p_type != PT_NOTE || segment.p_filesz > kMaxTableBytes) continue;
    auto table = file->read_array<char>(segment.p_offset, segment.p_filesz, "note segment");
    const auto* bytes = std::get_if<std::vector<char>>(&table);
    if (bytes == nullptr) continue;
    std::string id = find_build_id({bytes->data(), bytes->size()}, segment.p_align);
    if (!id.empty()) return id;
  }
  return {};
}

std::string hash_of_file(int fd) {
  std::vector<char> piece(std::size_t{256} << 10U);
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  for (std::uint64_t at = 0;;) {
    const std::ptrdiff_t got = read_at(fd, at, piece);
    if (got < 0) return {};
    if (got == 0) break;
    XXH3_128bits_update(&state, piece.data(), static_cast<std::size_t>(got));
    at += static_cast<std::uint64_t>(got);
  }
  const XXH128_hash_t hash = XXH3_128bits_digest(&state);
  return fmt::format("xxh3:{:016x}{:016x}", hash.high64, hash.low64);
}

struct Search {
  std::uintptr_t address;
  std::string found;
};

bool holds(const dl_phdr_info& object, const ElfW(Phdr) & segment, std::uintptr_t address) {
  const std::uintptr_t begin = object.dlpi_addr + segment.p_vaddr;
  return segment.p_type == PT_LOAD && address >= begin && address - begin < segment.p_memsz;
}

int look_into(dl_phdr_info* object, std::size_t, void* data) {
  auto& search = *static_cast<Search*>(data);
  bool is_here = false;
  for (int at = 0; at < object->dlpi_phnum; ++at)
    is_here = is_here || holds(*object, object->dlpi_phdr[at], search.address);
  if (!is_here) return 0;
  for (int at = 0; at < object->dlpi_phnum && search.found.empty(); ++at) {
    const auto& segment = object->dlpi_phdr[at];
    if (segment.p_type != PT_NOTE) continue;
    // The loader gives addresses as numbers. NOLINTNEXTLINE(performance-no-int-to-ptr)
    const auto* table = reinterpret_cast<const char*>(object->dlpi_addr + segment.p_vaddr);
    search.found = find_build_id({table, segment.p_memsz}, segment.p_align);
  }
  return 1;
}

}  // namespace

std::string code_fingerprint_of_file(int fd, std::uint64_t size) {
  std::string id = build_id_of_file(fd, size);
  return id.empty() ? hash_of_file(fd) : id;
}

std::string code_fingerprint_at(const void* address) {
  Search search{reinterpret_cast<std::uintptr_t>(address), {}};
  ::dl_iterate_phdr(look_into, &search);
  return search.found;
}

}  // namespace rota::inline v1
