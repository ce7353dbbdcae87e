// SPDX-License-Identifier: Apache-2.0
#include "discovery/plugin_content.h"

#include "discovery/elf_notes.h"

namespace rota::inline v1 {

bool operator==(const PluginContent& one, const PluginContent& other) {
  if (one.refusal.has_value() != other.refusal.has_value()) return false;
  if (one.refusal && (one.refusal->reason != other.refusal->reason ||
                      one.refusal->message != other.refusal->message)) {
    return false;
  }
  return one.notes == other.notes && one.by_sections == other.by_sections &&
         one.is_sound == other.is_sound && one.hash == other.hash;
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
  std::string packed;
  for (const std::string& note : notes.descriptors) {
    const auto bytes = static_cast<std::uint32_t>(note.size());
    packed.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
    packed += note;
  }
  content.notes = SharedBytes(std::move(packed));
  return content;
}

bool is_lasting(const PluginContent& content) noexcept {
  return !content.refusal || content.refusal->reason != RefusalReason::unreadable;
}

}  // namespace rota::inline v1
