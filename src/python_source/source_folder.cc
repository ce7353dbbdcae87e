// SPDX-License-Identifier: Apache-2.0
#include "python_source/source_folder.h"

#include "python_source/module_name.h"

#include <dirent.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace rota::inline v1 {
namespace {

bool is_package_folder(std::string_view name) noexcept {
  return name != "__pycache__" && name != "node_modules" && is_python_identifier(name);
}

// Nothing where it is not of interest.
std::optional<SourceEntryType> type_of(const dirent64& entry) {
  const std::string_view name = entry.d_name;
  const bool may_be_file = is_module_file(name);
  if (entry.d_type == DT_DIR)
    return is_package_folder(name) ? std::optional(SourceEntryType::folder) : std::nullopt;
  if (entry.d_type == DT_LNK || entry.d_type == DT_UNKNOWN)
    return may_be_file || is_package_folder(name) ? std::optional(SourceEntryType::other)
                                                  : std::nullopt;
  if (!may_be_file) return std::nullopt;
  return entry.d_type == DT_REG ? SourceEntryType::file : SourceEntryType::other;
}

struct FoundEntry {
  std::string name;
  SourceEntryType type;
};

}  // namespace

bool is_module_file(std::string_view name) noexcept {
  return name.ends_with(kPythonExtension) && name != "__main__.py" &&
         is_python_identifier(name.substr(0, name.size() - kPythonExtension.size()));
}

std::optional<SharedBytes> read_source_folder(int folder) {
  alignas(dirent64) std::array<char, 32768> buffer;
  std::vector<FoundEntry> found;
  for (;;) {
    const ssize_t got = ::getdents64(folder, buffer.data(), buffer.size());
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    for (ssize_t at = 0; at < got;) {
      const auto& entry = *reinterpret_cast<const dirent64*>(buffer.data() + at);
      if (std::string_view(entry.d_name) == "pyvenv.cfg") return SharedBytes();
      if (const auto type = type_of(entry)) found.push_back({entry.d_name, *type});
      at += entry.d_reclen;
    }
  }
  std::ranges::sort(found, {}, &FoundEntry::name);
  std::string bytes;
  for (const auto& [name, type] : found) {
    bytes += static_cast<char>(type);
    bytes.append(name).push_back('\0');
  }
  return SharedBytes(std::move(bytes));
}

std::optional<std::vector<SourceEntry>> parse_source_folder(std::string_view bytes) {
  std::vector<SourceEntry> entries;
  while (!bytes.empty()) {
    const auto type = static_cast<SourceEntryType>(bytes.front());
    const std::size_t end = bytes.find('\0');
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    const std::string_view name = bytes.substr(1, end - 1);
    const bool is_known = type == SourceEntryType::file || type == SourceEntryType::folder ||
                          type == SourceEntryType::other;
    if (!is_known || !(is_module_file(name) || is_package_folder(name))) return std::nullopt;
    entries.push_back({type, name});
    bytes.remove_prefix(end + 1);
  }
  return entries;
}

}  // namespace rota::inline v1
