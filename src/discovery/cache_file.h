// SPDX-License-Identifier: Apache-2.0
// Reads the file of a cache. Knows nothing of what is in it.
#pragma once

#include "os/shared_bytes.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace rota::inline v1 {

// Its first `most` bytes. Nothing where there is no such file, and where it cannot be read or trusted: then `problem`
// says why.
std::optional<SharedBytes> read_cache_file(const std::filesystem::path& file, std::uint64_t most,
                                           std::string& problem);
// The sentence for one that is not what was written.
std::string damaged_cache(const std::filesystem::path& file);

}  // namespace rota::inline v1
