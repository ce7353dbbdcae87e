// SPDX-License-Identifier: Apache-2.0
#include "python_source/source_cache.h"

#include "discovery/cache_file.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rota::inline v1 {
namespace {

constexpr std::string_view kMagic{"RotaPy1\n", 8};
constexpr std::uint64_t kMaxBytes = 1U << 30U;

struct Header {
  char magic[8];
  std::uint64_t reader;
  std::uint64_t rows;
  std::uint64_t data_bytes;
  std::uint64_t checksum;
};

template <class T>
T load(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

struct SourceCache::Row {
  FileIdentity identity;
  std::uint64_t data;  // where its bytes begin, from the end of the rows
  std::uint64_t bytes;
};

std::optional<SourceCache> SourceCache::parse(SharedBytes shared, std::uint64_t reader) {
  static_assert(sizeof(Row) == 56 && sizeof(Header) == 40, "no padding in what is written");
  const std::string_view bytes = shared.view();
  if (bytes.size() < sizeof(Header)) return std::nullopt;
  const auto header = load<Header>(bytes, 0);
  const std::string_view rest = bytes.substr(sizeof header);
  if (std::string_view(header.magic, sizeof header.magic) != kMagic) return std::nullopt;
  if (header.rows > rest.size() / sizeof(Row) ||
      header.data_bytes != rest.size() - header.rows * sizeof(Row) ||
      header.checksum != XXH3_64bits(rest.data(), rest.size())) {
    return std::nullopt;
  }
  if (header.reader != reader) return SourceCache();
  return SourceCache(std::move(shared), header.rows);
}

SourceCache SourceCache::open(const std::filesystem::path& file, std::uint64_t reader,
                              std::string& problem) {
  auto bytes = read_cache_file(file, kMaxBytes, problem);
  if (!bytes) return {};
  if (auto cache = parse(*std::move(bytes), reader)) return *std::move(cache);
  problem = damaged_cache(file);
  return {};
}

SourceCache::SourceCache(SharedBytes bytes, std::size_t rows)
    : bytes_(std::move(bytes)), rows_(rows), index_(rows) {
  for (std::size_t index = 0; index < rows_; ++index) {
    const Row one = row(index);
    index_.add(one.identity.device, one.identity.inode, static_cast<std::uint32_t>(index));
  }
}

SourceCache::Row SourceCache::row(std::size_t index) const {
  return load<Row>(bytes_.view(), sizeof(Header) + index * sizeof(Row));
}

std::optional<SharedBytes> SourceCache::data_of(const Row& row) const {
  const std::size_t begin = sizeof(Header) + rows_ * sizeof(Row);
  const std::size_t size = bytes_.view().size() - begin;
  if (row.data > size || row.bytes > size - row.data) return std::nullopt;
  return bytes_.part(begin + row.data, row.bytes);
}

std::optional<SharedBytes> SourceCache::find(const FileIdentity& identity) const {
  const auto index = index_.find(identity.device, identity.inode);
  if (!index) return std::nullopt;
  const Row found = row(*index);
  return found.identity == identity ? data_of(found) : std::nullopt;
}

std::string SourceCache::with(const std::vector<CachedSource>& sources, std::uint64_t reader,
                              std::size_t most) const {
  InodeTable taken(sources.size() + rows_);
  std::string rows;
  std::string data;
  std::size_t count = 0;
  const auto take = [&](const FileIdentity& identity, std::string_view bytes) {
    if (!taken.add(identity.device, identity.inode, 0)) return;
    append(rows, Row{identity, data.size(), bytes.size()});
    data += bytes;
    ++count;
  };
  for (const CachedSource& source : sources) take(source.identity, source.bytes.view());
  // Others may be in use by another search path of the project, or be leftovers: no one can tell.
  for (std::size_t index = 0; index < rows_ && count < most; ++index) {
    const Row old = row(index);
    if (const auto bytes = data_of(old)) take(old.identity, bytes->view());
  }
  rows += data;
  Header header{.magic = {},
                .reader = reader,
                .rows = count,
                .data_bytes = data.size(),
                .checksum = XXH3_64bits(rows.data(), rows.size())};
  std::ranges::copy(kMagic, header.magic);
  std::string bytes;
  append(bytes, header);
  return bytes + rows;
}

}  // namespace rota::inline v1
