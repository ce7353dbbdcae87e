// SPDX-License-Identifier: Apache-2.0
#include "discovery/folder_listing.h"

#include <dirent.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace rota::inline v1 {
namespace {

void append(EntryType type, std::string_view name, std::string& bytes) {
  bytes += static_cast<char>(type);
  bytes.append(name).push_back('\0');
}

void append_entry(const dirent64& entry, std::string& bytes) {
  const std::string_view name = entry.d_name;
  if (name.starts_with('.')) return;
  if (entry.d_type == DT_DIR) {
    append(EntryType::folder, name, bytes);
  } else if (entry.d_type == DT_LNK || entry.d_type == DT_UNKNOWN) {
    append(EntryType::other, name, bytes);
  } else if (is_library_name(name)) {
    append(entry.d_type == DT_REG ? EntryType::library : EntryType::other, name, bytes);
  }
}

std::string sorted(const std::vector<FolderListing::Entry>& entries) {
  std::string bytes;
  for (const auto& [type, name] : entries) append(type, name, bytes);
  return bytes;
}

bool is_entry(const FolderListing::Entry& entry) noexcept {
  const auto& [type, name] = entry;
  const bool has_type =
      type == EntryType::library || type == EntryType::folder || type == EntryType::other;
  return has_type && !name.empty() && name.front() != '.' &&
         name.find('/') == std::string_view::npos;
}

// False where the bytes do not hold entries.
bool split(std::string_view bytes, std::vector<FolderListing::Entry>& entries) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\0');
    if (end == std::string_view::npos || end == 0) return false;
    entries.emplace_back(static_cast<EntryType>(bytes.front()), bytes.substr(1, end - 1));
    bytes.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace

bool is_library_name(std::string_view name) noexcept { return name.ends_with(".so"); }

std::optional<FolderListing> FolderListing::read(int folder) {
  alignas(dirent64) std::array<char, 32768> buffer;
  std::string bytes;
  for (;;) {
    const ssize_t got = ::getdents64(folder, buffer.data(), buffer.size());
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    for (ssize_t at = 0; at < got;) {
      const auto& entry = *reinterpret_cast<const dirent64*>(buffer.data() + at);
      append_entry(entry, bytes);
      at += entry.d_reclen;
    }
  }
  std::vector<Entry> entries;
  split(bytes, entries);
  std::ranges::sort(entries, {}, &Entry::second);
  return parse(SharedBytes(sorted(entries)));
}

std::optional<FolderListing> FolderListing::parse(SharedBytes bytes) {
  std::vector<Entry> entries;
  entries.reserve(static_cast<std::size_t>(std::ranges::count(bytes.view(), '\0')));
  if (!split(bytes.view(), entries) || !std::ranges::all_of(entries, is_entry)) return std::nullopt;
  return FolderListing(std::move(bytes), std::move(entries));
}

FolderListing FolderListing::of(std::string_view name) {
  std::string text;
  append(EntryType::other, name, text);
  SharedBytes bytes(std::move(text));
  const std::string_view kept = bytes.view().substr(1, name.size());
  return {std::move(bytes), {{EntryType::other, kept}}};
}

}  // namespace rota::inline v1
