// SPDX-License-Identifier: Apache-2.0
// What a plugin file itself says: its notes as bytes, or why it has none. Holds for every process that looks at the
// same bytes. Knows nothing of rights, folders and other files.
#pragma once

#include "discovery/refusal.h"
#include "os/sha256.h"
#include "os/shared_bytes.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v1 {

struct PluginContent {
  std::optional<Refusal> refusal = {};  // nothing else counts when there is one
  SharedBytes notes = {};               // packed: for each {u32 size, bytes}
  bool by_sections = false;
  // Every note was found to be a valid task class with an id of its own.
  bool is_sound = false;
  std::optional<Sha256> hash = {};  // where someone asked for it

  // False while nobody has read it.
  bool is_known() const noexcept { return refusal.has_value() || !notes.empty(); }
  friend bool operator==(const PluginContent&, const PluginContent&);
};

// Reads an open regular file of `size` bytes.
PluginContent read_plugin_content(int fd, std::uint64_t size);

// Calls `function` with each of the notes of PluginContent::notes; false where the packing is broken.
template <class Function>
bool for_each_note(std::string_view packed, const Function& function) {
  while (!packed.empty()) {
    std::uint32_t bytes = 0;
    if (packed.size() < sizeof bytes) return false;
    std::memcpy(&bytes, packed.data(), sizeof bytes);
    packed.remove_prefix(sizeof bytes);
    if (bytes > packed.size()) return false;
    function(packed.substr(0, bytes));
    packed.remove_prefix(bytes);
  }
  return true;
}

// True for what another process would find too: not for an error of reading.
bool is_lasting(const PluginContent& content) noexcept;

}  // namespace rota::inline v1
