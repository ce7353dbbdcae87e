// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/log_file.h"

#include "os/file.h"
#include "os/file_lock.h"
#include "sqlite_log/journal.h"
#include "sqlite_log/log_path.h"
#include "sqlite_log/migration.h"
#include "sqlite_log/reader_turn.h"
#include "sqlite_log/schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <initializer_list>
#include <mutex>
#include <system_error>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOtherFile = "name another file for the log (ROTA_LOG)";

fs::path beside(const fs::path& file, std::string_view suffix) {
  return file.native() + std::string(suffix);
}

// What is there under the name of the log, links not followed.
enum class Found { nothing, empty_file, file };

Found look_at(const fs::path& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return Found::nothing;
    refuse_log(path, error_text(errno), "check the path and the rights of its folders");
  }
  if (S_ISLNK(found.st_mode))
    refuse_log(path, "it is a symbolic link", "name the file that it leads to");
  if (S_ISDIR(found.st_mode)) refuse_log(path, "it is a folder", "name a file");
  if (!S_ISREG(found.st_mode)) refuse_log(path, "it is no regular file", kOtherFile);
  if ((found.st_mode & S_IWOTH) != 0) {
    refuse_log(path, "every user of this host may write it, so that nothing in it can be trusted",
               "take that right away (chmod o-w), and check what is in it (rota verify)");
  }
  return found.st_size == 0 ? Found::empty_file : Found::file;
}

std::uintmax_t size_or_zero(const fs::path& path) {
  std::error_code ignored;
  const std::uintmax_t size = fs::file_size(path, ignored);
  return ignored ? 0 : size;
}

void require_access(const LogFile& file) {
  const auto may = [](const fs::path& path, int mode) {
    return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
  };
  if (!may(file.path, R_OK)) {
    refuse_log(file.path, fmt::format("this user may not read it ({})", error_text(errno)),
               "give this user the right to read it");
  }
  if (file.read_only) return;
  if (!may(file.path, W_OK)) {
    refuse_log(file.path, fmt::format("this user may not write it ({})", error_text(errno)),
               "give this user the right to write it, or name another log (ROTA_LOG)");
  }
  if (!may(file.path.parent_path(), W_OK | X_OK)) {
    refuse_log(file.path,
               fmt::format("this user may not write in its folder ({})", error_text(errno)),
               "give this user the right to write there, or name another log (ROTA_LOG)");
  }
}

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t index = at; index < at + 4; ++index) {
    value = value << 8 | static_cast<unsigned char>(bytes[index]);
  }
  return value;
}

[[noreturn]] void refuse_format(const fs::path& log, FormatMark mark, const Formats& formats) {
  const std::uint32_t known = formats.current().format;
  refuse_log(log,
             fmt::format("it has format {}, and this version of Rota knows format {} only",
                         mark.format, known),
             mark.format > known ? "use the newer version of Rota that wrote it"
                                 : "restore a good copy of it");
}

struct Header {
  FormatMark mark;
  bool uses_wal;
};

// SQLite takes the part of a last page for a page with zeroes. What a process was killed in is in the file beside it.
void check_size(const LogFile& file, std::string_view header) {
  const std::uint32_t said = big_endian(header, 16) >> 16U;
  const std::uint32_t page = said == 1 ? 65'536 : said;
  const bool is_whole = page == 0 || size_or_zero(file.path) % page == 0;
  for (const std::string_view suffix : {"-wal", "-journal"}) {
    if (is_whole || size_or_zero(beside(file.path, suffix)) > 0) return;
  }
  refuse_log(file.path, "the file is damaged (it ends in the middle of a page)",
             "restore a good copy of it");
}

// Reads the first bytes only, so that a file of someone else's is left as it is, also where SQLite would
// have something to repair in it.
Header check_header(const LogFile& file) {
  Connection connection(file.path, Access::read_only);
  const std::string header = connection.read_header(100);
  if (header.size() < 100 || !header.starts_with(std::string_view("SQLite format 3\0", 16))) {
    refuse_log(file.path, "it is not a database", kOtherFile);
  }
  const std::uint32_t application = big_endian(header, 68);
  if (application != kApplicationId) {
    refuse_log(
        file.path,
        fmt::format("it is a database of another program (application id {:#010x})", application),
        kOtherFile);
  }
  const FormatMark mark = FormatMark::from_number(big_endian(header, 60));
  if (!file.formats.may_read(mark) && !file.formats.can_migrate(mark))
    refuse_format(file.path, mark, file.formats);
  check_size(file, header);
  constexpr char kWal = 2;
  return {mark, header[18] == kWal || header[19] == kWal};
}

// As long as the connection does not wait while it holds the lock beside the log itself.
void read_in_turn(Connection& connection, const LogFile& file) {
  connection.when_busy([turn = std::make_shared<ReaderTurn>(file.lock_path())](int times_before) {
    return turn->wait(times_before);
  });
}

// What the header says may be older than what the -wal file beside it holds.
void check_content(Connection& connection, const LogFile& file) {
  const FormatMark mark = format_of(connection);
  if (!file.formats.may_read(mark)) refuse_format(file.path, mark, file.formats);
  Statement sequence(connection, "SELECT sequence FROM log");
  if (!sequence.step()) {
    refuse_log(connection.log(), "the file is damaged (its sequence is missing)",
               "restore a good copy of it");
  }
  connection.accept();
}

// A -wal or -journal that its database has left behind would be taken for the new one's.
void refuse_orphans(const fs::path& log) {
  for (const std::string_view suffix : {"-wal", "-journal"}) {
    const fs::path orphan = beside(log, suffix);
    // Looked at in this order: another process that makes the log at this moment names it first.
    if (size_or_zero(orphan) > 0 && look_at(log) != Found::file) {
      refuse_log(log,
                 fmt::format("it is gone, but {} with its last changes is there",
                             orphan.filename().string()),
                 "put it back, or move that file away to begin a new log");
    }
  }
}

void remove_beside(const fs::path& file, std::initializer_list<std::string_view> suffixes) {
  for (const std::string_view suffix : suffixes) {
    std::error_code ignored;
    fs::remove(beside(file, suffix), ignored);
  }
}

void remove_unfinished(const fs::path& unfinished) {
  remove_beside(unfinished, {"", "-wal", "-shm", "-journal"});
}

[[noreturn]] void refuse_to_make(const fs::path& log, int error_number) {
  refuse_log(log, fmt::format("it cannot be made ({})", error_text(error_number)),
             "check its folder's rights and the room on its disk, or name another log (ROTA_LOG)");
}

void fill_and_rename(const fs::path& unfinished, const LogFile& made) {
  const fs::path& log = made.path;
  const UniqueFd file(
      ::open(unfinished.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid() || ::fchmod(file.get(), 0600) != 0) refuse_to_make(log, errno);
  {
    Connection connection(unfinished, Access::read_write, log);
    connection.accept();
    // Nobody else sees the file yet, and one that is not finished is thrown away.
    connection.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    create_schema(connection);
    if (made.shared_file_system.empty()) use_wal(connection);
  }
  if (::fsync(file.get()) != 0) refuse_to_make(log, errno);
  if (::rename(unfinished.c_str(), log.c_str()) != 0) refuse_to_make(log, errno);
  sync_folder(log.parent_path());
}

void make_log(const LogFile& file) try {
  refuse_orphans(file.path);
  FileLock gate(file.lock_path());
  const std::lock_guard hold(gate);
  if (look_at(file.path) == Found::file) return;  // another process was quicker
  remove_beside(file.path,
                {"-wal", "-shm", "-journal"});  // of a log that is gone: empty, or without meaning
  const fs::path unfinished = beside(file.path, ".new");
  remove_unfinished(unfinished);
  try {
    fill_and_rename(unfinished, file);
  } catch (...) {
    remove_unfinished(unfinished);
    throw;
  }
} catch (const std::system_error& error) {
  refuse_to_make(file.path, error.code().value());
}

// A log is never empty, not even while it is made.
[[noreturn]] void refuse_empty(const fs::path& log) {
  refuse_log(log, "it is empty, and what was in it is lost",
             "restore a good copy of it, or remove it to begin a new log");
}

[[noreturn]] void refuse_wal_of_other_host(const LogFile& file) {
  refuse_log(file.path,
             fmt::format("it is on a file system that hosts share ({}), and its last changes are "
                         "in a WAL, which only the host that writes it can read",
                         file.shared_file_system),
             "end the programs there that use it, and open it once for writing (rota run)");
}

// Where hosts share the file, none of them may rely on memory that only one of them has.
void take_out_of_wal(const LogFile& file) {
  FileLock gate(file.lock_path());
  const std::lock_guard hold(gate);
  if (check_header(file).uses_wal) leave_wal(file.path);
}

// A file of another format than the newest, or one whose journal does not fit its place.
void bring_up_to_date(LogFile& file) {
  const Header header = check_header(file);
  const bool is_older = file.formats.can_migrate(header.mark);
  if (header.mark.format > file.formats.current().format) {
    file.read_only = true;
    file.newer_format = header.mark.format;
  }
  if (is_older && file.read_only) {
    refuse_log(file.path,
               fmt::format("it has the older format {}, which is read only after it was changed to "
                           "format {}",
                           header.mark.format, file.formats.current().format),
               "open it once for writing (rota run), or use the older version of Rota");
  }
  if (header.uses_wal && !file.shared_file_system.empty() && !file.read_only) take_out_of_wal(file);
  if (is_older) migrate_log(file);
}

// Nobody writes it meanwhile, as far as can be seen.
std::unique_ptr<Connection> open_immutable(const LogFile& file) {
  for (const std::string_view suffix : {"-wal", "-journal"}) {
    if (size_or_zero(beside(file.path, suffix)) == 0) continue;
    refuse_log(
        file.path,
        fmt::format("its last changes are in the {} file beside it, which cannot be read without "
                    "the right to write in its folder",
                    suffix),
        "have its owner open it once, or copy both files to a folder of your own");
  }
  auto connection = std::make_unique<Connection>(file.path, Access::immutable);
  check_content(*connection, file);
  return connection;
}

}  // namespace

LogFile prepare_log_file(const fs::path& path, const LogOptions& options,
                         const LogFileRules& rules) {
  LogFile file{resolve_log_path(path, options), options.read_only, rules.formats};
  file.shared_file_system = rules.shared_file_system(file.path.parent_path());
  file.always_shares_syncs = rules.always_shares_syncs;
  const Found found = look_at(file.path);
  if (found == Found::empty_file) refuse_empty(file.path);
  if (found == Found::nothing) {
    if (file.read_only) {
      refuse_log(file.path, "there is no such file",
                 "run a task first, or name another log (ROTA_LOG)");
    }
    make_log(file);
  }
  require_access(file);
  bring_up_to_date(file);
  return file;
}

std::unique_ptr<Connection> open_for_reading(const LogFile& file) {
  const bool has_wal = check_header(file).uses_wal;
  if (has_wal && !file.shared_file_system.empty()) {
    if (!file.read_only || fs::exists(beside(file.path, "-wal"))) refuse_wal_of_other_host(file);
    return open_immutable(file);
  }
  // Who may write the file can undo in it what another process was killed in, which a reader of a rollback
  // journal needs.
  const bool writes_nothing = file.read_only && has_wal;
  try {
    auto connection = std::make_unique<Connection>(
        file.path, writes_nothing ? Access::read_only : Access::read_write);
    if (!has_wal) read_in_turn(*connection, file);
    connection->execute("PRAGMA query_only = ON");
    check_content(*connection, file);
    return connection;
  } catch (const SqliteError& error) {
    const bool may_lack_rights = error.code() == SQLITE_CANTOPEN || error.code() == SQLITE_READONLY;
    if (!file.read_only || !may_lack_rights) throw;
  }
  // Without the right to write in the folder, SQLite cannot make the memory that its users share.
  return open_immutable(file);
}

std::unique_ptr<Connection> open_for_writing(const LogFile& file) {
  auto connection = std::make_unique<Connection>(file.path, Access::read_write);
  if (!check_header(file).uses_wal) read_in_turn(*connection, file);
  connection->execute(
      // As FULL; besides, the end of a rollback journal is made durable too.
      "PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON;"
      "PRAGMA journal_size_limit = 67108864");  // what a -wal keeps after a long read has made it grow
  check_content(*connection, file);
  if (!file.shared_file_system.empty() && uses_wal(*connection)) refuse_wal_of_other_host(file);
  connection->when_busy({});  // from now on it is used by whom holds the lock
  return connection;
}

void check_may_write(Connection& connection, const LogFile& file) {
  const FormatMark mark = format_of(connection);
  if (mark.format != file.formats.current().format) refuse_format(file.path, mark, file.formats);
}

}  // namespace rota::inline v1
