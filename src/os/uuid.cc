// SPDX-License-Identifier: Apache-2.0
#include "os/uuid.h"

#include "os/sha256.h"

#include <sys/mman.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
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

void fill_with_random(std::span<std::uint8_t> bytes) {
  // Up to 256 bytes come whole and uninterrupted.
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
  }
}

// The kernel's random bytes, some of them in advance: asking for them costs as much as the rest of a short task. They
// lie in a page that the kernel empties in a forked child, which so never gives what its parent gives.
struct Stock {
  std::size_t left;  // 0 in a new page, and in that of a forked child
  std::array<std::uint8_t, 256> bytes;
};

Stock* make_stock() noexcept {
  void* page =
      ::mmap(nullptr, sizeof(Stock), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (::madvise(page, sizeof(Stock), MADV_WIPEONFORK) == 0) return static_cast<Stock*>(page);
  ::munmap(page, sizeof(Stock));
  return nullptr;
}

// Of this thread; null: the kernel has no such pages, or the thread is ending, and each time the kernel is asked.
thread_local constinit Stock* stock = nullptr;

struct StockOwner {
  StockOwner() noexcept { stock = make_stock(); }
  StockOwner(const StockOwner&) = delete;
  StockOwner& operator=(const StockOwner&) = delete;
  ~StockOwner() {
    if (stock != nullptr) ::munmap(stock, sizeof(Stock));
    stock = nullptr;
  }
};

void read_random(std::span<std::uint8_t> wanted) {
  thread_local const StockOwner owner;
  if (stock == nullptr) {
    fill_with_random(wanted);
    return;
  }
  if (stock->left < wanted.size()) {
    fill_with_random(stock->bytes);
    stock->left = stock->bytes.size();
  }
  stock->left -= wanted.size();
  const auto from = stock->bytes.begin() + static_cast<std::ptrdiff_t>(stock->left);
  std::copy_n(from, wanted.size(), wanted.begin());
}

}  // namespace

std::string make_uuid() {
  Bytes bytes{};
  read_random(bytes);
  return text_of(bytes, 4);
}

std::string make_uuid_of(std::string_view content) {
  const Sha256 hash = sha256_of(content);
  Bytes bytes{};
  std::copy_n(hash.begin(), bytes.size(), bytes.begin());
  return text_of(bytes, 8);
}

}  // namespace rota::inline v1
