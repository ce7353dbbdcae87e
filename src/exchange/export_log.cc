// SPDX-License-Identifier: Apache-2.0
// Which format, and to where.
#include "exchange/export_formats.h"
#include "exchange/time_zone.h"
#include "os/file.h"
#include "os/one_line.h"
#include "os/replace_file.h"

#include <sys/stat.h>

#include <cerrno>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 18;

ExportSummary write_as(const LogSnapshot& log, const WritePiece& write,
                       const ExportOptions& options) {
  switch (options.format) {
    case ExportFormat::jsonl:
      return write_json_lines(log, write, options);
    case ExportFormat::csv:
      return write_csv(log, write, options);
    case ExportFormat::json:
      break;
  }
  return write_json(log, write, options);
}

[[noreturn]] void refuse(const std::filesystem::path& target, std::string_view problem,
                         std::string_view advice) {
  throw ExchangeError(fmt::format("cannot export to {}: {}; what was there is as it was; {}",
                                  one_line(target.native()), problem, advice));
}

// The log's own files are its file with something behind its name.
bool is_of_the_log(const std::filesystem::path& target, const ExecutionLog& log) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path file = fs::weakly_canonical(fs::absolute(target), error);
  const fs::path of_log = fs::weakly_canonical(fs::absolute(log.location()), error);
  if (fs::equivalent(target, of_log, error)) return true;
  const std::string& name = file.native();
  if (!name.starts_with(of_log.native())) return false;
  const std::string_view rest = std::string_view(name).substr(of_log.native().size());
  return rest.empty() || rest == "-wal" || rest == "-shm" || rest == "-journal" ||
         rest == ".lock" || rest == ".new" || rest.starts_with(".format-");
}

// A device or a pipe would be replaced by a file.
void check_target(const std::filesystem::path& target, const ExecutionLog& log) {
  struct stat status {};
  if (target.empty()) refuse(target, "this is no name", "give the name of a file");
  if (is_of_the_log(target, log))
    refuse(target, "it is a file of the execution log itself", "give the name of another file");
  if (::lstat(target.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
  const char* const kind = S_ISDIR(status.st_mode)   ? "it is a folder"
                           : S_ISLNK(status.st_mode) ? "it is a symbolic link"
                                                     : "it is no regular file";
  refuse(target, kind, "give the name of a file");
}

}  // namespace

ExportSummary export_execution_log(const ExecutionLog& log, const WritePiece& write,
                                   const ExportOptions& options) {
  (void)TimeZone(options.time_zone);  // a wrong one is told before anything is written
  ExportSummary summary;
  std::string buffer;
  log.read_snapshot([&](const LogSnapshot& snapshot) {
    summary = write_as(
        snapshot,
        [&](std::string_view piece) {
          buffer += piece;
          if (buffer.size() < kPieceBytes) return;
          write(buffer);
          buffer.clear();
        },
        options);
  });
  if (!buffer.empty()) write(buffer);
  return summary;
}

ExportSummary export_execution_log(const ExecutionLog& log, const std::filesystem::path& target,
                                   const ExportOptions& options) {
  check_target(target, log);
  FileReplacement file(target, 0600);
  const auto check = [&](const std::string& problem) {
    if (!problem.empty()) refuse(target, problem, "make room or name another place");
  };
  check(file.problem());
  const ExportSummary summary = export_execution_log(
      log,
      [&](std::string_view piece) {
        file.write(piece);
        check(file.problem());
      },
      options);
  file.commit();
  check(file.problem());
  return summary;
}

}  // namespace rota::inline v1
