// SPDX-License-Identifier: Apache-2.0
#include "discovery/elf_dependencies.h"

#include <algorithm>
#include <optional>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxStringBytes = 64U << 20U;

struct DynamicSection {
  std::vector<Elf64_Dyn> entries;
  std::string strings;  // ends with a NUL

  const Elf64_Dyn* find(Elf64_Sxword tag) const noexcept {
    const auto at = std::ranges::find(entries, tag, &Elf64_Dyn::d_tag);
    return at == entries.end() ? nullptr : &*at;
  }
  std::string text(std::uint64_t offset) const {
    return offset < strings.size() ? std::string(strings.c_str() + offset) : std::string();
  }
};

// Where in the file lies what will be at `address`.
std::optional<std::uint64_t> file_offset(const std::vector<Elf64_Phdr>& segments,
                                         std::uint64_t address) {
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
        address - segment.p_vaddr < segment.p_filesz) {
      return segment.p_offset + (address - segment.p_vaddr);
    }
  }
  return std::nullopt;
}

std::optional<Refusal> read_strings(const ElfFile& file, const std::vector<Elf64_Phdr>& segments,
                                    DynamicSection& dynamic) {
  const Elf64_Dyn* table = dynamic.find(DT_STRTAB);
  const Elf64_Dyn* size = dynamic.find(DT_STRSZ);
  if (table == nullptr || size == nullptr) return std::nullopt;
  const auto offset = file_offset(segments, table->d_un.d_ptr);
  if (!offset || size->d_un.d_val > kMaxStringBytes) return ElfFile::truncated("string table");
  auto bytes = file.read_array<char>(*offset, size->d_un.d_val, "string table");
  if (auto* refusal = std::get_if<Refusal>(&bytes)) return std::move(*refusal);
  dynamic.strings.assign(std::get<0>(bytes).begin(), std::get<0>(bytes).end());
  return std::nullopt;
}

OrRefusal<DynamicSection> read_dynamic(const ElfFile& file) {
  auto read = file.segments();
  if (auto* refusal = std::get_if<Refusal>(&read)) return std::move(*refusal);
  const auto& segments = std::get<0>(read);
  DynamicSection dynamic;
  const auto segment = std::ranges::find(segments, Elf64_Word{PT_DYNAMIC}, &Elf64_Phdr::p_type);
  if (segment == segments.end()) return dynamic;
  auto entries = file.read_array<Elf64_Dyn>(
      segment->p_offset, segment->p_filesz / sizeof(Elf64_Dyn), "dynamic section");
  if (auto* refusal = std::get_if<Refusal>(&entries)) return std::move(*refusal);
  dynamic.entries = std::move(std::get<0>(entries));
  dynamic.entries.erase(
      std::ranges::find(dynamic.entries, Elf64_Sxword{DT_NULL}, &Elf64_Dyn::d_tag),
      dynamic.entries.end());
  if (auto refusal = read_strings(file, segments, dynamic)) return *std::move(refusal);
  return dynamic;
}

std::vector<fs::path> expand(std::string_view run_path, const fs::path& origin) {
  std::vector<fs::path> folders;
  while (!run_path.empty()) {
    const std::size_t end = std::min(run_path.find(':'), run_path.size());
    const std::string_view entry = run_path.substr(0, end);
    run_path.remove_prefix(std::min(end + 1, run_path.size()));
    for (const std::string_view token : {"$ORIGIN", "${ORIGIN}"}) {
      if (entry.starts_with(token))
        folders.emplace_back(origin.string() + std::string(entry.substr(token.size())));
    }
  }
  return folders;
}

}  // namespace

OrRefusal<ElfDependencies> read_elf_dependencies(const ElfFile& file, const fs::path& origin) {
  auto read = read_dynamic(file);
  if (auto* refusal = std::get_if<Refusal>(&read)) return std::move(*refusal);
  const auto& dynamic = std::get<DynamicSection>(read);
  ElfDependencies dependencies;
  for (const Elf64_Dyn& entry : dynamic.entries) {
    if (entry.d_tag == DT_NEEDED) dependencies.needed.push_back(dynamic.text(entry.d_un.d_val));
  }
  // The older DT_RPATH counts only where there is no DT_RUNPATH.
  const Elf64_Dyn* path = dynamic.find(DT_RUNPATH);
  if (path == nullptr) path = dynamic.find(DT_RPATH);
  if (path != nullptr) dependencies.run_path = expand(dynamic.text(path->d_un.d_val), origin);
  return dependencies;
}

}  // namespace rota::inline v1
