// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/log_path.h"

#include "os/file.h"
#include "os/one_line.h"
#include "sqlite_log/sqlite_error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

void check_spelling(const fs::path& path) {
  const std::string& text = path.native();
  if (text.empty()) throw LogError("cannot open the execution log: its path is empty; name a file");
  if (text.find('\0') != std::string::npos)
    refuse_log(path, "its path has a NUL byte in it", "name a file");
  const std::size_t scheme = text.find("://");
  if (scheme != std::string::npos && text.find('/') > scheme) {
    refuse_log(path, "it is a URL, and a log is a file here", "name a file");
  }
  if (!path.has_filename() || path.filename() == "." || path.filename() == "..") {
    refuse_log(path, "it is a folder", "name a file");
  }
}

bool is_inside(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

// The folder's real path, whose missing part need not exist.
fs::path real_path(const fs::path& folder, const fs::path& log) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(folder, error);
  if (error) refuse_log(log, error.message(), "check the path and the rights of its folders");
  return real;
}

// A path that reads as if it were inside the project must be there.
void check_inside_project(const fs::path& log, const LogOptions& options) {
  const fs::path folder = log.parent_path().lexically_normal();
  fs::path root = options.project_root.empty()
                      ? fs::path()
                      : fs::absolute(options.project_root).lexically_normal();
  if (!root.has_filename()) root = root.parent_path();  // "/a/" is "/a"
  if (root.empty() && folder.filename() == ".rota") root = folder.parent_path();
  if (root.empty() || !is_inside(folder, root)) return;
  const fs::path real = real_path(folder, log);
  if (!is_inside(real, real_path(root, log))) {
    refuse_log(log,
               fmt::format("a symbolic link leads its folder out of the project, to {}",
                           one_line(real.native())),
               "remove the link, or name the log itself with ROTA_LOG");
  }
}

void make_folder(const fs::path& folder, const fs::path& log) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return;
  if (folder.has_parent_path() && folder.parent_path() != folder)
    make_folder(folder.parent_path(), log);
  // The mode is set once more, because the umask takes from that of mkdir.
  const bool made = ::mkdir(folder.c_str(), 0700) == 0 && ::chmod(folder.c_str(), 0700) == 0;
  const int cause = errno;
  if (!made && !(cause == EEXIST && fs::is_directory(folder, error))) {
    refuse_log(log,
               fmt::format("its folder {} cannot be made ({})", one_line(folder.native()),
                           error_text(cause)),
               "check the path and the rights of the folder above");
  }
  sync_folder(folder.parent_path());
}

}  // namespace

fs::path resolve_log_path(const fs::path& path, const LogOptions& options) {
  check_spelling(path);
  const fs::path log = fs::absolute(path);
  check_inside_project(log, options);
  if (!options.read_only) make_folder(real_path(log.parent_path(), log), log);
  std::error_code error;
  const fs::path folder = fs::canonical(log.parent_path(), error);
  if (error)
    refuse_log(log, fmt::format("its folder cannot be opened ({})", error.message()),
               "check the path");
  if (!fs::is_directory(folder, error))
    refuse_log(log, "what is above it is no folder", "check the path");
  return folder / log.filename();
}

void sync_folder(const fs::path& folder) noexcept {
  const UniqueFd open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open.valid()) ::fsync(open.get());
}

}  // namespace rota::inline v1
