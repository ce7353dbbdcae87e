// SPDX-License-Identifier: Apache-2.0
#include "cli/result_file.h"

#include "cli/exit_code.h"
#include "cli/output.h"
#include "os/file.h"
#include "os/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace rota::cli {
namespace {

namespace fs = std::filesystem;

mode_t mode_of_new_files() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

// A fifo or a device is written to, and not replaced by a file.
std::string write_in_place(const std::string& file, std::string_view content) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  const bool is_written = fd.valid() && write_all(fd.get(), content);
  return is_written ? "" : std::generic_category().message(errno);
}

}  // namespace

void require_place(const std::string& file, std::string_view option) {
  if (file.empty() || file == "-") return;
  std::error_code ignored;
  const fs::path folder = fs::absolute(file, ignored).parent_path();
  if (fs::is_directory(file, ignored))
    throw UsageError(fmt::format("{} {}: it is a folder; name a file", option, file));
  if (!fs::is_directory(folder, ignored)) {
    throw UsageError(fmt::format("{} {}: there is no folder {}; make it, or name another file",
                                 option, file, folder.string()));
  }
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0 &&
      ::faccessat(AT_FDCWD, file.c_str(), W_OK, AT_EACCESS) != 0) {
    throw UsageError(fmt::format("{} {}: it cannot be written ({}); name another file", option,
                                 file, std::generic_category().message(errno)));
  }
}

void write_result(const std::string& file, std::string_view content) {
  if (file.empty() || file == "-") return print(content);
  std::error_code ignored;
  const fs::file_status status = fs::status(file, ignored);
  const std::string problem = fs::exists(status) && fs::is_other(status)
                                  ? write_in_place(file, content)
                                  : replace_file(file, content, mode_of_new_files());
  if (!problem.empty())
    throw std::runtime_error(fmt::format("{} cannot be written: {}", file, problem));
}

}  // namespace rota::cli
