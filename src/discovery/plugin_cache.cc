// SPDX-License-Identifier: Apache-2.0
#include "discovery/plugin_cache.h"

#include "discovery/cache_file.h"
#include <rota/plugin.h>
#include <rota/task_declaration.h>
#include <rota/version.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rota::inline v1 {
namespace {

constexpr std::string_view kMagic{"RotaPlg\n", 8};
constexpr std::uint32_t kFormat = 2;
constexpr std::uint64_t kMaxBytes = 1U << 30U;

// To be raised with each change of what the reader takes or says.
constexpr std::uint64_t kRules = 2;

// Which reader it was: another one may understand a file differently.
constexpr std::uint64_t kReader = (kRules << 32U) | (std::uint64_t{ROTA_VERSION_MAJOR} << 56U) |
                                  (std::uint64_t{ROTA_VERSION_MINOR} << 48U) |
                                  (std::uint64_t{ROTA_VERSION_PATCH} << 40U) |
                                  (std::uint64_t{ROTA_PLUGIN_ABI_MAJOR} << 24U) |
                                  (std::uint64_t{ROTA_PLUGIN_ABI_MINOR} << 16U) | detail::kCxxAbi;

struct Header {
  char magic[8];
  std::uint32_t format;
  std::uint32_t row_bytes;
  std::uint64_t reader;
  std::uint64_t rows;
  std::uint64_t data_bytes;
  std::uint64_t checksum;
};

enum Flags : std::uint32_t {
  kRefused = 1,
  kBySections = 2,
  kHasHash = 4,
  kSound = 8,
  kFolder = 16
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

struct PluginCache::Row {
  FileIdentity identity;
  std::uint32_t flags;
  std::uint32_t reason;
  // Where its notes begin, after them its message and its hash; from the end of the rows.
  std::uint64_t data;
  std::uint32_t notes_bytes;  // or of the listing of a folder
  std::uint32_t message_bytes;

  std::uint64_t hash_at() const noexcept { return std::uint64_t{notes_bytes} + message_bytes; }
  std::uint64_t bytes() const noexcept {
    return hash_at() + ((flags & kHasHash) != 0 ? sizeof(Sha256) : 0);
  }
};

struct PluginCache::RowWithData {
  Row row;
  SharedBytes data;
};

std::optional<PluginCache> PluginCache::parse(SharedBytes shared) {
  static_assert(sizeof(Row) == 64 && sizeof(Header) == 48, "no padding in what is written");
  const std::string_view bytes = shared.view();
  if (bytes.size() < sizeof(Header)) return std::nullopt;
  const auto header = load<Header>(bytes, 0);
  const std::string_view rest = bytes.substr(sizeof header);
  if (std::string_view(header.magic, sizeof header.magic) != kMagic) return std::nullopt;
  if (header.format != kFormat) return PluginCache();
  if (header.row_bytes != sizeof(Row) || header.rows > rest.size() / sizeof(Row) ||
      header.data_bytes != rest.size() - header.rows * sizeof(Row) ||
      header.checksum != XXH3_64bits(rest.data(), rest.size())) {
    return std::nullopt;
  }
  if (header.reader != kReader) return PluginCache();
  return PluginCache(std::move(shared), header.rows);
}

PluginCache PluginCache::open(const std::filesystem::path& file, std::string& problem) {
  auto bytes = read_cache_file(file, kMaxBytes, problem);
  if (!bytes) return {};
  if (auto cache = parse(*std::move(bytes))) return *std::move(cache);
  problem = damaged_cache(file);
  return {};
}

PluginCache::PluginCache(SharedBytes bytes, std::size_t rows)
    : bytes_(std::move(bytes)), rows_(rows), index_(rows) {
  for (std::size_t index = 0; index < rows_; ++index) {
    const auto identity = load<FileIdentity>(bytes_.view(), sizeof(Header) + index * sizeof(Row));
    index_.add(identity.device, identity.inode, static_cast<std::uint32_t>(index));
  }
}

PluginCache::Row PluginCache::row(std::size_t index) const {
  return load<Row>(bytes_.view(), sizeof(Header) + index * sizeof(Row));
}

std::optional<PluginCache::Row> PluginCache::row_of(const FileIdentity& identity) const {
  const auto index = index_.find(identity.device, identity.inode);
  if (!index) return std::nullopt;
  const Row found = row(*index);
  return found.identity == identity ? std::optional(found) : std::nullopt;
}

std::optional<PluginContent> PluginCache::find(const FileIdentity& identity) const {
  const auto found = row_of(identity);
  if (!found || (found->flags & kFolder) != 0) return std::nullopt;
  return content(*found);
}

std::optional<SharedBytes> PluginCache::find_folder(const FileIdentity& identity) const {
  const auto found = row_of(identity);
  if (!found || (found->flags & kFolder) == 0) return std::nullopt;
  return data_of(*found);
}

std::optional<SharedBytes> PluginCache::data_of(const Row& row) const {
  const std::size_t begin = sizeof(Header) + rows_ * sizeof(Row);
  const std::size_t size = bytes_.view().size() - begin;
  if (row.data > size || row.bytes() > size - row.data) return std::nullopt;
  return bytes_.part(begin + row.data, row.bytes());
}

std::optional<PluginContent> PluginCache::content(const Row& row) const {
  const auto data = data_of(row);
  if (!data || row.reason > static_cast<std::uint32_t>(RefusalReason::lock_differs))
    return std::nullopt;
  PluginContent content;
  content.notes = data->part(0, row.notes_bytes);
  content.by_sections = (row.flags & kBySections) != 0;
  content.is_sound = (row.flags & kSound) != 0;
  if ((row.flags & kHasHash) != 0) content.hash = load<Sha256>(data->view(), row.hash_at());
  if ((row.flags & kRefused) != 0) {
    content.refusal = {static_cast<RefusalReason>(row.reason),
                       std::string(data->view().substr(row.notes_bytes, row.message_bytes))};
  }
  return content;
}

PluginCache::RowWithData PluginCache::encode(const CachedFile& file) {
  const auto& [identity, content] = file;
  Row row{.identity = identity,
          .flags = 0,
          .reason = 0,
          .data = 0,
          .notes_bytes = static_cast<std::uint32_t>(content.notes.view().size()),
          .message_bytes = 0};
  if (content.by_sections) row.flags |= kBySections;
  if (content.is_sound) row.flags |= kSound;
  std::string data(content.notes.view());
  if (content.refusal) {
    row.flags |= kRefused;
    row.reason = static_cast<std::uint32_t>(content.refusal->reason);
    row.message_bytes = static_cast<std::uint32_t>(content.refusal->message.size());
    data += content.refusal->message;
  }
  if (content.hash) {
    row.flags |= kHasHash;
    append(data, *content.hash);
  }
  return {row, SharedBytes(std::move(data))};
}

std::string PluginCache::with(const std::vector<CachedFile>& files, std::size_t files_in_use,
                              const std::vector<CachedFolder>& folders) const {
  std::vector<RowWithData> all;
  InodeTable places(files.size() + folders.size() + rows_);
  const auto take = [&](RowWithData one) {
    const FileIdentity& identity = one.row.identity;
    if (places.add(identity.device, identity.inode, 0)) all.push_back(std::move(one));
  };
  for (const CachedFile& file : files) take(encode(file));
  for (const auto& [identity, listing] : folders) {
    const auto bytes = static_cast<std::uint32_t>(listing.view().size());
    take({{.identity = identity,
           .flags = kFolder,
           .reason = 0,
           .data = 0,
           .notes_bytes = bytes,
           .message_bytes = 0},
          listing});
  }
  // Others may be in use by another search path of the project, or be leftovers: no one can tell.
  const std::size_t most = 2 * files_in_use + 1000;
  for (std::size_t index = 0; index < rows_ && all.size() < most; ++index) {
    const Row old = row(index);
    if (auto data = data_of(old)) take({old, *std::move(data)});
  }
  return file_of(all);
}

std::string PluginCache::file_of(const std::vector<RowWithData>& all) {
  std::string rows;
  std::string data;
  for (const auto& [row, bytes] : all) {
    Row placed = row;
    placed.data = data.size();
    append(rows, placed);
    data += bytes.view();
  }
  rows += data;
  Header header{.magic = {},
                .format = kFormat,
                .row_bytes = sizeof(Row),
                .reader = kReader,
                .rows = all.size(),
                .data_bytes = data.size(),
                .checksum = XXH3_64bits(rows.data(), rows.size())};
  std::ranges::copy(kMagic, header.magic);
  std::string bytes;
  append(bytes, header);
  return bytes + rows;
}

bool is_settled(const FileIdentity& identity, std::int64_t now_nanoseconds) noexcept {
  // The coarsest clock of a file system in use is FAT's, which counts in steps of two seconds.
  constexpr std::int64_t kResolution = 2'000'000'000;
  return identity.ctime_nanoseconds < now_nanoseconds - kResolution;
}

}  // namespace rota::inline v1
