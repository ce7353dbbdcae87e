// SPDX-License-Identifier: Apache-2.0
// What a plugin file itself says, before anyone has read sense into it: its notes as bytes, or why it has none.
// Holds for every process that looks at the same bytes. Knows nothing of rights, folders and other files.
#pragma once

#include "discovery/refusal.h"
#include "os/sha256.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

struct PluginContent {
  std::optional<Refusal> refusal = {};  // nothing else counts when there is one
  std::string notes = {};               // packed: for each {u32 size, bytes}
  bool by_sections = false;
  std::optional<Sha256> hash = {};  // where someone asked for it

  friend bool operator==(const PluginContent&, const PluginContent&);
};

// Reads an open regular file of `size` bytes.
PluginContent read_plugin_content(int fd, std::uint64_t size);

// The notes of PluginContent::notes; nothing where the packing is broken.
std::optional<std::vector<std::string_view>> unpack_notes(std::string_view packed);

// True for what another process would find too: not for an error of reading.
bool is_lasting(const PluginContent& content) noexcept;

}  // namespace rota::inline v1
