// SPDX-License-Identifier: Apache-2.0
#include "execution_log/content_stamp.h"

#include "os/file.h"
#include "os/one_line.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <optional>
#include <thread>
#include <vector>

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rota::inline v1 {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;
constexpr int kAttempts = 3;

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view problem,
                         std::string_view advice) {
  throw LogError(fmt::format("the file {} cannot be tracked: {}; {}", one_line(file.native()),
                             problem, advice));
}

[[noreturn]] void refuse_with_errno(const std::filesystem::path& file) {
  const std::string problem = error_text(errno);
  refuse(file, problem, "check the path and the rights");
}

const char* name_of_kind(mode_t mode) {
  if (S_ISDIR(mode)) return "it is a folder";
  if (S_ISFIFO(mode)) return "it is a fifo";
  if (S_ISSOCK(mode)) return "it is a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "it is a device";
  return "it is no regular file";
}

void require_regular(const std::filesystem::path& file, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) refuse(file, name_of_kind(status.st_mode), "name a regular file");
}

bool is_same_time(const timespec& left, const timespec& right) {
  return left.tv_sec == right.tv_sec && left.tv_nsec == right.tv_nsec;
}

bool is_unchanged(const struct stat& before, const struct stat& after) {
  return before.st_dev == after.st_dev && before.st_ino == after.st_ino &&
         before.st_size == after.st_size && is_same_time(before.st_mtim, after.st_mtim) &&
         is_same_time(before.st_ctim, after.st_ctim);
}

std::string text_of(const XXH128_hash_t& hash) {
  return fmt::format("xxh3:{:016x}{:016x}", hash.high64, hash.low64);
}

// The kernel counts times of change in ticks of some milliseconds: a change in the tick of the last one could
// not be told from it. So that tick is waited for to pass; where the file's times are of another clock,
// not for long.
struct stat look_at_settled(const std::filesystem::path& file, int fd) {
  constexpr int kMaxWaits = 20;
  struct stat status {};
  for (int wait = 0;; ++wait) {
    if (::fstat(fd, &status) != 0) refuse_with_errno(file);
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (!is_same_time(status.st_ctim, now) || wait == kMaxWaits) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// Nothing: it changed meanwhile.
std::optional<FileStamp> read_once(const std::filesystem::path& file, std::vector<char>& piece,
                                   const std::function<void()>& while_reading) {
  struct stat before {};
  struct stat after {};
  // Looked at before it is opened: to open a device may already do something.
  if (::stat(file.c_str(), &before) != 0) refuse_with_errno(file);
  require_regular(file, before);
  const UniqueFd fd = open_for_reading(file);
  if (!fd.valid()) refuse_with_errno(file);
  before = look_at_settled(file, fd.get());
  require_regular(file, before);
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);

  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  std::uint64_t size = 0;
  for (;;) {
    const std::ptrdiff_t got = read_at(fd.get(), size, piece);
    if (got < 0) refuse_with_errno(file);
    if (got == 0) break;
    XXH3_128bits_update(&state, piece.data(), static_cast<std::size_t>(got));
    size += static_cast<std::uint64_t>(got);
    if (while_reading) while_reading();
    if (size > static_cast<std::uint64_t>(before.st_size)) return std::nullopt;  // it grows
  }
  // By its name: another file may have taken its place.
  if (::stat(file.c_str(), &after) != 0) refuse_with_errno(file);
  if (!is_unchanged(before, after) || size != static_cast<std::uint64_t>(before.st_size))
    return std::nullopt;
  return FileStamp{{},
                   size,
                   std::int64_t{before.st_mtim.tv_sec} * 1'000'000'000 + before.st_mtim.tv_nsec,
                   text_of(XXH3_128bits_digest(&state))};
}

}  // namespace

FileStamp stamp_content(const std::filesystem::path& file,
                        const std::function<void()>& while_reading) {
  if (file.native().find('\0') != std::string::npos)
    refuse(file, "its path has a NUL byte in it", "name a file");
  std::vector<char> piece(kPieceBytes);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (auto stamp = read_once(file, piece, while_reading)) return *std::move(stamp);
  }
  refuse(file, "it changes while it is read", "track it when nobody writes to it any more");
}

}  // namespace rota::inline v1
