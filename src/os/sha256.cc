// SPDX-License-Identifier: Apache-2.0
#include "os/sha256.h"

#include "os/file.h"

#include <sha2.h>

namespace rota::inline v1 {
namespace {

int value_of(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

Sha256 sha256_of(std::string_view content) noexcept {
  SHA2_CTX context;
  SHA256Init(&context);
  SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
  Sha256 hash;
  SHA256Final(hash.data(), &context);
  return hash;
}

std::optional<Sha256> sha256_of_file(int fd) noexcept {
  SHA2_CTX context;
  SHA256Init(&context);
  std::array<char, 65536> buffer;
  for (std::uint64_t at = 0;;) {
    const std::ptrdiff_t got = read_at(fd, at, buffer);
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(buffer.data()),
                 static_cast<std::size_t>(got));
    at += static_cast<std::uint64_t>(got);
  }
  Sha256 hash;
  SHA256Final(hash.data(), &context);
  return hash;
}

std::string to_hex(const Sha256& hash) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * hash.size());
  for (const std::uint8_t byte : hash) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::optional<Sha256> parse_sha256(std::string_view hex) noexcept {
  Sha256 hash;
  if (hex.size() != 2 * hash.size()) return std::nullopt;
  for (std::size_t at = 0; at < hash.size(); ++at) {
    const int high = value_of(hex[2 * at]);
    const int low = value_of(hex[2 * at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    hash[at] = static_cast<std::uint8_t>(16 * high + low);
  }
  return hash;
}

}  // namespace rota::inline v1
