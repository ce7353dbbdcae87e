// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/sqlite_error.h"

#include "os/file.h"
#include "os/one_line.h"

#include <cerrno>
#include <new>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

struct Diagnosis {
  std::string problem;
  std::string advice;
};

Diagnosis diagnose_input_output(int system_error, std::string_view detail) {
  switch (system_error) {
    case ENOSPC:
      return {"the disk is full", "make room on it and try again"};
    case EDQUOT:
      return {"the disk quota is used up", "make room and try again"};
    case EFBIG:
      return {"a file would grow over the limit for its size",
              "raise the limit (ulimit -f) and try again"};
    case EROFS:
      return {"the file system is read-only", "make it writable or name another log with ROTA_LOG"};
    default:
      break;
  }
  const std::string cause = system_error == 0 ? std::string(detail) : error_text(system_error);
  return {fmt::format("the disk failed ({})", cause), "check the disk (dmesg, df) and try again"};
}

Diagnosis diagnose(int code, int system_error, std::string_view detail) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return {"the disk is full", "make room on it and try again"};
    case SQLITE_IOERR:
      return diagnose_input_output(system_error, detail);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {
          fmt::format("the file is damaged ({})", detail),
          "keep a copy of it, then restore a good one or move it away so that a new log begins"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {fmt::format("another program has kept it locked for {} s", kBusySeconds),
              "end that program (fuser names it) and try again"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {"it is read-only here", "give this user the right to write the file and its folder"};
    case SQLITE_CANTOPEN:
      return {system_error == 0 ? "the file or one beside it cannot be opened"
                                : fmt::format("the file or one beside it cannot be opened ({})",
                                              error_text(system_error)),
              "check the rights of the file, of its -wal and -shm and of its folder"};
    case SQLITE_TOOBIG:
      return {"a text in it is longer than 1,000,000,000 bytes", "shorten the text"};
    default:
      return {std::string(detail), "check that the file has not been changed by another program"};
  }
}

}  // namespace

bool SqliteError::is_of_the_file() const noexcept {
  switch (code()) {
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return false;
    default:
      return true;
  }
}

std::string log_error_message(std::string_view verb, const std::filesystem::path& log,
                              std::string_view problem, std::string_view advice) {
  return fmt::format("cannot {} the execution log {}: {}; {}", verb, one_line(log.native()),
                     one_line(problem), advice);
}

void refuse_log(const std::filesystem::path& log, std::string_view problem,
                std::string_view advice) {
  throw LogError(log_error_message("open", log, problem, advice));
}

void throw_moved_away(const std::filesystem::path& log) {
  throw LogError(log_error_message("use", log,
                                   "it was moved or deleted while this process had it open",
                                   "put it back, or start the program anew to begin a new log"));
}

void throw_sqlite_error(std::string_view verb, const std::filesystem::path& log, int code,
                        int system_error, std::string_view detail) {
  if ((code & 0xFF) == SQLITE_NOMEM) throw std::bad_alloc();
  const Diagnosis diagnosis = diagnose(code, system_error, detail);
  throw SqliteError(log_error_message(verb, log, diagnosis.problem, diagnosis.advice), code);
}

}  // namespace rota::inline v1
