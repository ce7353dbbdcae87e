// SPDX-License-Identifier: Apache-2.0
#include "cli/output_tail.h"

#include "os/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace rota::cli {
namespace {

namespace fs = std::filesystem;

constexpr off_t kMostBytes = 64 * 1024;

bool is_below(const fs::path& file, const fs::path& folder) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end == folder.end() && rest != file.end();
}

}  // namespace

std::string read_output_tail(const std::string& output_path, const Project& project) {
  if (output_path.empty()) return {};
  std::error_code error;
  const fs::path file = fs::canonical(project.root / output_path, error);
  if (error) return {};
  const fs::path folder = fs::canonical(project.root / ".rota/output", error);
  if (error || !is_below(file, folder)) return {};
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  struct stat status {};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const off_t from = std::max<off_t>(0, status.st_size - kMostBytes);
  std::string text(static_cast<std::size_t>(status.st_size - from), '\0');
  std::size_t got = 0;
  while (got < text.size()) {
    const ssize_t read =
        ::pread(fd.get(), text.data() + got, text.size() - got, from + static_cast<off_t>(got));
    if (read < 0 && errno == EINTR) continue;
    if (read <= 0) break;
    got += static_cast<std::size_t>(read);
  }
  text.resize(got);
  const std::size_t line = text.find('\n');
  if (from > 0 && line != std::string::npos) text.erase(0, line + 1);
  return text;
}

}  // namespace rota::cli
