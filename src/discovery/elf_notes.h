// SPDX-License-Identifier: Apache-2.0
// Finds notes in an ELF file (System V ABI, chapters "Object Files" and "Program Loading") by reading it:
// nothing is mapped or run, and every offset and length is checked against the file. Does not know what a
// note says.
#pragma once

#include "discovery/refusal.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// Our notes in an open file of `size` bytes: their descriptors, in the order of the file. Taken from the
// program headers, or where these have none, from the section headers. None of ours: an empty list.
OrRefusal<std::vector<std::string>> read_elf_notes(int fd, std::uint64_t size);

// Our notes in a table of notes with entries aligned to `alignment`. A foreign note that is broken ends
// the table; a broken one of ours is a refusal.
OrRefusal<std::vector<std::string>> find_notes(std::string_view table, std::uint64_t alignment);

}  // namespace rota::inline v1
