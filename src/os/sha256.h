// SPDX-License-Identifier: Apache-2.0
// The content of a file as one number that no other content has (SHA-256, FIPS 180-4). Knows no file format.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v1 {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256_of(std::string_view content) noexcept;
// Of all that an open file holds, from its beginning. Nothing, with errno set, where it cannot be read.
std::optional<Sha256> sha256_of_file(int fd) noexcept;

// 64 digits in lower case, and back; nothing for any other text (upper case is read too).
std::string to_hex(const Sha256& hash);
std::optional<Sha256> parse_sha256(std::string_view hex) noexcept;

}  // namespace rota::inline v1
