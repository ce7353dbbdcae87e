// SPDX-License-Identifier: Apache-2.0
#include "os/uuid.h"

#include "os/sha256.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace rota::inline v1 {

namespace {

using Bytes = std::array<std::uint8_t, 16>;

std::string text_of(Bytes bytes, unsigned version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | (version << 4U));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);  // the variant of RFC 9562

  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (at == 4 || at == 6 || at == 8 || at == 10) text += '-';
    text += kDigits[bytes[at] >> 4];
    text += kDigits[bytes[at] & 0x0F];
  }
  return text;
}

}  // namespace

std::string make_uuid() {
  Bytes bytes{};
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return text_of(bytes, 4);
}

std::string make_uuid_of(std::string_view content) {
  const Sha256 hash = sha256_of(content);
  Bytes bytes{};
  std::copy_n(hash.begin(), bytes.size(), bytes.begin());
  return text_of(bytes, 8);
}

}  // namespace rota::inline v1
