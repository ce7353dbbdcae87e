// SPDX-License-Identifier: Apache-2.0
// A cache of any bytes. The input is a number of rows (16 bits), then the rows and their data: a header that fits
// is put before it, since no input would guess a checksum. Knows the layout that plugin_cache.h describes.
#include "answers.h"
#include "discovery/manifest.h"
#include "discovery/plugin_cache.h"

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rota::inline v1 {
namespace {

constexpr std::size_t kHeaderBytes = 48;
constexpr std::size_t kRowBytes = 64;

template <class T>
void set(std::string& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

std::string with_header(std::uint64_t rows, std::string_view rest) {
  static const std::string kEmpty = PluginCache().with({}, 0);
  require(kEmpty.size() == kHeaderBytes, "the layout is as this target knows it");
  std::string bytes;
  bytes.reserve(kHeaderBytes + rest.size());
  bytes += kEmpty;
  bytes += rest;
  set(bytes, 24, rows);
  set(bytes, 32, std::uint64_t{rest.size() - std::min(rest.size(), rows * kRowBytes)});
  set(bytes, 40, XXH3_64bits(rest.data(), rest.size()));
  return bytes;
}

FileIdentity identity_at(std::string_view rows, std::size_t index) {
  FileIdentity identity;
  std::memcpy(&identity, rows.data() + index * kRowBytes, sizeof identity);
  return identity;
}

void read_cache(std::uint64_t rows, std::string_view rest) {
  const auto cache = PluginCache::parse(SharedBytes(with_header(rows, rest)));
  require(cache.has_value() == (rows * kRowBytes <= rest.size()),
          "a checksum that is right and rows that are there make a cache");
  if (!cache) return;
  require(cache->size() == rows, "it has as many rows as it says");
  for (std::size_t index = 0; index < rows; ++index) {
    if (const auto content = cache->find(identity_at(rest, index)))
      for_each_note(content->notes.view(), [](std::string_view note) { manifest_task_id(note); });
  }
  const auto copy = PluginCache::parse(SharedBytes(cache->with({}, rows)));
  require(copy.has_value() && copy->size() <= rows, "what is written anew can be read");
  for (std::size_t index = 0; index < rows; ++index) {
    const FileIdentity identity = identity_at(rest, index);
    const auto content = copy->find(identity);
    if (!content) continue;
    const std::string once_more = PluginCache().with({{identity, *content}}, 1);
    require(PluginCache::parse(SharedBytes(once_more))->find(identity) == content,
            "nothing changes by copying");
  }
}

}  // namespace
}  // namespace rota::inline v1

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  rota::PluginCache::parse(rota::SharedBytes(std::string(bytes)));
  if (size < 2) return 0;
  rota::read_cache(static_cast<std::uint64_t>(data[0] | (data[1] << 8)), bytes.substr(2));
  return 0;
}
