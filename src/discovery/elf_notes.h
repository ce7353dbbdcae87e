// SPDX-License-Identifier: Apache-2.0
// Finds our notes in an ELF file (System V ABI, chapter "Note Section"). Does not know what a note says.
#pragma once

#include "discovery/refusal.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

struct ElfNotes {
  std::vector<std::string> descriptors;  // of our notes, in the order of the file
  // Taken from the section headers, since the program headers have none: the loader would not find them.
  bool by_sections = false;
};

// Our notes in an open file of `size` bytes. None of ours: an empty list.
OrRefusal<ElfNotes> read_elf_notes(int fd, std::uint64_t size);

// Our notes in a table of notes with entries aligned to `alignment`. A foreign note that is broken ends
// the table; a broken one of ours is a refusal.
OrRefusal<std::vector<std::string>> find_notes(std::string_view table, std::uint64_t alignment);

}  // namespace rota::inline v1
