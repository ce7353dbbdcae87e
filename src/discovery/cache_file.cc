// SPDX-License-Identifier: Apache-2.0
#include "discovery/cache_file.h"

#include "discovery/trust.h"
#include "os/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace rota::inline v1 {

std::optional<SharedBytes> read_cache_file(const std::filesystem::path& file, std::uint64_t most,
                                           std::string& problem) {
  const UniqueFd fd(
      ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY));
  if (!fd.valid()) {
    if (errno != ENOENT && errno != ENOTDIR)
      problem = fmt::format("{} cannot be read: {}", file.string(), error_text(errno));
    return std::nullopt;
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    problem = fmt::format("{} is no regular file", file.string());
    return std::nullopt;
  }
  if (const auto refusal = check_trust(status)) {
    problem = fmt::format("{} is not used: {}", file.string(), refusal->message);
    return std::nullopt;
  }
  const auto size = std::min<std::uint64_t>(static_cast<std::uint64_t>(status.st_size), most);
  auto bytes = std::make_shared_for_overwrite<char[]>(size);
  if (read_at(fd.get(), 0, {bytes.get(), size}) != static_cast<std::ptrdiff_t>(size)) {
    problem = damaged_cache(file);
    return std::nullopt;
  }
  const std::string_view view(bytes.get(), size);
  return SharedBytes(std::move(bytes), view);
}

std::string damaged_cache(const std::filesystem::path& file) {
  return fmt::format("{} is damaged, and made anew", file.string());
}

}  // namespace rota::inline v1
