// SPDX-License-Identifier: Apache-2.0
// Keyed pseudonyms, and the search for originals that are still there.
#pragma once

#include "table/table.h"

#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flights {

using Key = std::array<unsigned char, 32>;

// The key in the file; where there is no file, a new random key is put there first, for its owner
// only. A key that is there is never replaced: whoever holds it can join releases that were made
// with it. Throws FileError when the file is no key or others may read it.
Key load_or_create_key(const std::filesystem::path& path);

// The first 16 bytes of HMAC-SHA256, as 32 hexadecimal digits.
std::string pseudonym(std::span<const unsigned char> key, std::string_view original);

// Each text replaced by its pseudonym; missing stays missing. Throws std::runtime_error when two
// texts would get the same.
Texts pseudonymize(const Texts& originals, const Key& key);

// The first of `originals` that `bytes` holds anywhere; empty: none.
std::string find_original(std::string_view bytes, const std::vector<std::string>& originals);

}  // namespace flights
