// SPDX-License-Identifier: Apache-2.0
// Which Python this project uses. Does not start it.
#include <rota/project.h>
#include <rota/python_source.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

std::optional<fs::path> find_in_path(const std::string& name) {
  const char* folders = std::getenv("PATH");
  for (const fs::path& folder : parse_search_path(folders == nullptr ? "" : folders)) {
    if (is_program(folder / name)) return fs::absolute(folder / name);
  }
  return std::nullopt;
}

}  // namespace

std::optional<fs::path> find_python(std::string& problem) {
  const char* given = std::getenv("ROTA_PYTHON");
  const bool is_given = given != nullptr && *given != '\0';
  const std::string name = is_given ? given : "python3";
  if (name.find('/') != std::string::npos) {
    if (is_program(name)) return fs::absolute(name);
    problem = fmt::format("ROTA_PYTHON names {}, which is no program", name);
    return std::nullopt;
  }
  if (auto found = find_in_path(name)) return found;
  problem = is_given
                ? fmt::format("ROTA_PYTHON names {}, and there is no such program in PATH", name)
                : "there is no python3 in PATH; install one, or name it with ROTA_PYTHON";
  return std::nullopt;
}

}  // namespace rota::inline v1
