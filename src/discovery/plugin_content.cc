// SPDX-License-Identifier: Apache-2.0
#include "discovery/plugin_content.h"

#include "discovery/elf_notes.h"

#include <cstring>

namespace rota::inline v1 {

bool operator==(const PluginContent& one, const PluginContent& other) {
  if (one.refusal.has_value() != other.refusal.has_value()) return false;
  if (one.refusal && (one.refusal->reason != other.refusal->reason ||
                      one.refusal->message != other.refusal->message)) {
    return false;
  }
  return one.notes == other.notes && one.by_sections == other.by_sections && one.hash == other.hash;
}

PluginContent read_plugin_content(int fd, std::uint64_t size) {
  PluginContent content;
  auto read = read_elf_notes(fd, size);
  if (auto* refusal = std::get_if<Refusal>(&read)) {
    content.refusal = std::move(*refusal);
    return content;
  }
  const auto& notes = std::get<ElfNotes>(read);
  if (notes.descriptors.empty()) {
    content.refusal = {RefusalReason::no_task, "it is a shared library without task classes"};
    return content;
  }
  content.by_sections = notes.by_sections;
  for (const std::string& note : notes.descriptors) {
    const auto bytes = static_cast<std::uint32_t>(note.size());
    content.notes.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
    content.notes += note;
  }
  return content;
}

std::optional<std::vector<std::string_view>> unpack_notes(std::string_view packed) {
  std::vector<std::string_view> notes;
  while (!packed.empty()) {
    std::uint32_t bytes = 0;
    if (packed.size() < sizeof bytes) return std::nullopt;
    std::memcpy(&bytes, packed.data(), sizeof bytes);
    packed.remove_prefix(sizeof bytes);
    if (bytes > packed.size()) return std::nullopt;
    notes.push_back(packed.substr(0, bytes));
    packed.remove_prefix(bytes);
  }
  return notes;
}

bool is_lasting(const PluginContent& content) noexcept {
  return !content.refusal || content.refusal->reason != RefusalReason::unreadable;
}

}  // namespace rota::inline v1
