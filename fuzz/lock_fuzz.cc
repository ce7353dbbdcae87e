// SPDX-License-Identifier: Apache-2.0
// A lock file of any text.
#include "answers.h"
#include "discovery/lock_file.h"
#include <rota/error.h>

#include <cstdint>
#include <sstream>

namespace rota::inline v1 {
namespace {

void read_lock(std::string_view text) {
  try {
    const LockFile lock = LockFile::parse(text, "/project", "rota.lock");
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
      if (line.empty() || line.starts_with('#')) continue;
      const auto hash = lock.find("/project/" / std::filesystem::path(line.substr(66)));
      require(hash && *hash == parse_sha256(line.substr(0, 64)), "what a line names is found",
              line);
    }
  } catch (const TaskRegistryError& error) {
    check_line(error.what());
    require(std::string_view(error.what()).starts_with("rota.lock:"), "an error names the file");
  }
}

}  // namespace
}  // namespace rota::inline v1

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rota::read_lock({reinterpret_cast<const char*>(data), size});
  return 0;
}
