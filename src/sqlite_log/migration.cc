// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/migration.h"

#include "os/file.h"
#include "os/file_lock.h"
#include "os/one_line.h"
#include "sqlite_log/journal.h"
#include "sqlite_log/log_path.h"
#include "sqlite_log/schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <mutex>
#include <system_error>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_to_copy(const fs::path& log, const fs::path& copy, int error_number) {
  refuse_log(log,
             fmt::format("it has an older format, and its copy {} cannot be made ({})",
                         one_line(copy.native()), error_text(error_number)),
             "check its folder's rights and the room on its disk");
}

// What another process has committed is in it; of what this one has begun, nothing.
void copy_log(const LogFile& file, const fs::path& copy) {
  const fs::path unfinished = copy.native() + ".new";
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::error_code ignored;
    fs::remove(unfinished.native() + suffix, ignored);
  }
  const UniqueFd opened(
      ::open(unfinished.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!opened.valid() || ::fchmod(opened.get(), 0600) != 0) refuse_to_copy(file.path, copy, errno);
  {
    Connection from(file.path, Access::read_only);
    Connection to(unfinished, Access::read_write, file.path);
    to.accept();
    to.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    from.copy_to(to);
    if (uses_wal(from)) use_wal(to);
  }
  const bool done = ::fsync(opened.get()) == 0 && ::rename(unfinished.c_str(), copy.c_str()) == 0;
  if (!done) refuse_to_copy(file.path, copy, errno);
  sync_folder(copy.parent_path());
}

void run_migrations(Connection& connection, const LogFile& file, FormatMark mark) {
  for (const Migration& migration : file.formats.migrations.subspan(mark.format - 1))
    connection.execute(migration.sql);
  Statement broken(connection, "PRAGMA foreign_key_check");
  if (broken.step()) connection.fail_as_damaged("files belong to no execution");
  connection.execute(
      fmt::format("PRAGMA user_version = {}", file.formats.current().number()).c_str());
}

}  // namespace

fs::path copy_before_migration(const fs::path& log, std::uint32_t format) {
  return log.native() + fmt::format(".format-{}.bak", format);
}

void migrate_log(const LogFile& file) try {
  FileLock gate(file.lock_path());
  const std::lock_guard hold(gate);
  Connection connection(file.path, Access::read_write);  // undoes what it has not committed
  connection.execute("PRAGMA synchronous = EXTRA");
  connection.execute("BEGIN IMMEDIATE");
  const FormatMark mark = format_of(connection);
  connection.accept();
  if (!file.formats.can_migrate(mark)) return;
  copy_log(file, copy_before_migration(file.path, mark.format));
  run_migrations(connection, file, mark);
  connection.execute("COMMIT");
} catch (const std::system_error& error) {
  refuse_log(file.path,
             fmt::format("it has an older format, and its lock {} cannot be taken ({})",
                         file.lock_path().filename().string(), error.code().message()),
             "check the rights of that file and of its folder");
}

}  // namespace rota::inline v1
