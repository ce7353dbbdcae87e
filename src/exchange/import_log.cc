// SPDX-License-Identifier: Apache-2.0
// From a file to the bytes that are imported.
#include "exchange/json_import.h"
#include "os/file.h"
#include "os/one_line.h"

#include <sys/stat.h>

#include <cerrno>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& source, std::string_view problem) {
  throw ExchangeError(fmt::format("cannot import {}: {}; nothing was imported; give a JSON log",
                                  one_line(source.native()), problem));
}

UniqueFd open_source(const std::filesystem::path& source) {
  UniqueFd fd = open_for_reading(source);
  struct stat status {};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) refuse(source, error_text(errno));
  if (S_ISDIR(status.st_mode)) refuse(source, "it is a folder");
  if (!S_ISREG(status.st_mode))
    refuse(source, "it is no regular file, but a pipe, socket or device");
  return fd;
}

}  // namespace

ImportSummary import_execution_log(ExecutionLog& log, const std::filesystem::path& source,
                                   const ImportOptions& options) {
  const UniqueFd fd = open_source(source);
  std::uint64_t offset = 0;
  ByteSource bytes([&](std::span<char> buffer) {
    const std::ptrdiff_t got = read_at(fd.get(), offset, buffer);
    if (got < 0) refuse(source, error_text(errno));
    offset += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  });
  return import_json_log(log, bytes, source.native(), options);
}

}  // namespace rota::inline v1
