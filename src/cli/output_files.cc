// SPDX-License-Identifier: Apache-2.0
#include "cli/output_files.h"

#include "cli/output.h"
#include "os/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace rota::cli {
namespace {

namespace fs = std::filesystem;

constexpr off_t kMostBytes = 64 * 1024;

bool is_below(const fs::path& file, const fs::path& folder) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end == folder.end() && rest != file.end();
}

// Empty: it is not there, or is none of these.
fs::path find_output_file(const std::string& output_path, const Project& project) {
  if (output_path.empty()) return {};
  std::error_code error;
  fs::path file = fs::canonical(project.root / output_path, error);
  if (error || !fs::is_regular_file(file, error)) return {};
  const fs::path folder = fs::canonical(project.root / ".rota/output", error);
  return error || !is_below(file, folder) ? fs::path() : file;
}

}  // namespace

std::string read_output_tail(const std::string& output_path, const Project& project) {
  const fs::path file = find_output_file(output_path, project);
  if (file.empty()) return {};
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

void remove_output_files(std::span<const CleanupEntry> removed, const Project& project) {
  std::size_t failed = 0;
  std::string first_failure;
  for (const CleanupEntry& entry : removed) {
    const fs::path file = find_output_file(entry.output_path, project);
    std::error_code error;
    if (file.empty() || fs::remove(file, error)) {
      fs::remove(file.parent_path(), error);  // of a run, where it is empty now
      continue;
    }
    if (failed++ == 0)
      first_failure = fmt::format("{} cannot be removed: {}", file.string(), error.message());
  }
  if (failed == 0) return;
  print_warning(first_failure + (failed > 1 ? fmt::format("; nor can {} more", failed - 1) : ""));
}

}  // namespace rota::cli
