// SPDX-License-Identifier: Apache-2.0
#include "discovery/plugin_cache.h"

#include "discovery/trust.h"
#include "os/file.h"
#include <rota/plugin.h>
#include <rota/task_declaration.h>
#include <rota/version.h>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
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

enum Flags : std::uint32_t { kRefused = 1, kBySections = 2, kHasHash = 4, kSound = 8 };

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
  std::uint32_t notes_bytes;
  std::uint32_t message_bytes;
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
  const UniqueFd fd(
      ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY));
  if (!fd.valid()) {
    if (errno != ENOENT && errno != ENOTDIR)
      problem = fmt::format("{} cannot be read: {}", file.string(), error_text(errno));
    return {};
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    problem = fmt::format("{} is no regular file", file.string());
    return {};
  }
  if (const auto refusal = check_trust(status)) {
    problem = fmt::format("{} is not used: {}", file.string(), refusal->message);
    return {};
  }
  const auto size = std::min<std::uint64_t>(static_cast<std::uint64_t>(status.st_size), kMaxBytes);
  auto bytes = std::make_shared_for_overwrite<char[]>(size);
  if (read_at(fd.get(), 0, {bytes.get(), size}) == static_cast<std::ptrdiff_t>(size)) {
    const std::string_view view(bytes.get(), size);
    if (auto cache = parse(SharedBytes(std::move(bytes), view))) return *std::move(cache);
  }
  problem = fmt::format("{} is damaged, and made anew", file.string());
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

std::optional<PluginContent> PluginCache::find(const FileIdentity& identity) const {
  const auto index = index_.find(identity.device, identity.inode);
  if (!index) return std::nullopt;
  const Row found = row(*index);
  if (found.identity != identity) return std::nullopt;
  return content(found);
}

std::optional<PluginContent> PluginCache::content(const Row& row) const {
  const std::size_t data_at = sizeof(Header) + rows_ * sizeof(Row);
  const std::string_view data = bytes_.view().substr(data_at);
  const bool has_hash = (row.flags & kHasHash) != 0;
  const std::uint64_t hash_at = std::uint64_t{row.notes_bytes} + row.message_bytes;
  const std::uint64_t bytes = hash_at + (has_hash ? sizeof(Sha256) : 0);
  if (row.data > data.size() || bytes > data.size() - row.data ||
      row.reason > static_cast<std::uint32_t>(RefusalReason::lock_differs)) {
    return std::nullopt;
  }
  PluginContent content;
  content.notes = bytes_.part(data_at + row.data, row.notes_bytes);
  content.by_sections = (row.flags & kBySections) != 0;
  content.is_sound = (row.flags & kSound) != 0;
  if (has_hash) content.hash = load<Sha256>(data, row.data + hash_at);
  if ((row.flags & kRefused) != 0) {
    content.refusal = {static_cast<RefusalReason>(row.reason),
                       std::string(data.substr(row.data + row.notes_bytes, row.message_bytes))};
  }
  return content;
}

std::string PluginCache::with(std::vector<CachedFile> fresh, std::size_t files_in_use) const {
  // Others may be in use by another search path of the project, or be leftovers: no one can tell.
  const std::size_t most = 2 * files_in_use + 1000;
  InodeTable places(fresh.size() + rows_);
  for (const auto& [identity, content] : fresh) places.add(identity.device, identity.inode, 0);
  for (std::size_t index = 0; index < rows_ && fresh.size() < most; ++index) {
    const Row old = row(index);
    if (!places.add(old.identity.device, old.identity.inode, 0)) continue;
    if (auto known = content(old)) fresh.emplace_back(old.identity, *std::move(known));
  }

  std::string rows;
  std::string data;
  for (const auto& [identity, content] : fresh) {
    Row row{.identity = identity,
            .flags = content.by_sections ? std::uint32_t{kBySections} : 0,
            .reason = 0,
            .data = data.size(),
            .notes_bytes = static_cast<std::uint32_t>(content.notes.view().size()),
            .message_bytes = 0};
    if (content.is_sound) row.flags |= kSound;
    data += content.notes.view();
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
    append(rows, row);
  }
  Header header{.magic = {},
                .format = kFormat,
                .row_bytes = sizeof(Row),
                .reader = kReader,
                .rows = fresh.size(),
                .data_bytes = data.size(),
                .checksum = 0};
  std::ranges::copy(kMagic, header.magic);
  rows += data;
  header.checksum = XXH3_64bits(rows.data(), rows.size());
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
