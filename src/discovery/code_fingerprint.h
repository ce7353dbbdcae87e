// SPDX-License-Identifier: Apache-2.0
// What tells the code of one build of a library from that of another. Does not know what the code is for.
#pragma once

#include <cstdint>
#include <string>

namespace rota::inline v1 {

// Of an open ELF file of `size` bytes: "build-id:HEX" of its GNU build id, or "xxh3:HEX" of all of it where it
// has none. Empty where it cannot be read.
std::string code_fingerprint_of_file(int fd, std::uint64_t size);

// Of the program or library of this process in which `address` lies, by its build id alone; empty where it
// has none.
std::string code_fingerprint_at(const void* address);

}  // namespace rota::inline v1
