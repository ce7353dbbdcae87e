// SPDX-License-Identifier: Apache-2.0
#include "faulty_disk.h"

#include "unsynced_changes.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string>

extern "C" {
int __real_open(const char* path, int flags, ...);
int __real_fsync(int fd);
int __real_rename(const char* from, const char* to);
int __real_mkdir(const char* path, mode_t mode);
}

namespace rota {
namespace {

namespace fs = std::filesystem;

// What becomes of a call.
enum class Fate : std::uint8_t { done, torn, full, failed };

class Disk {
 public:
  // Guards all below; a call is made while it is held.
  std::recursive_mutex mutex;
  UnsyncedChanges unsynced;

  void plan(Fault fault, std::int64_t at, std::uint64_t seed) {
    fault_ = fault;
    at_ = at;
    random_.seed(seed);
  }
  void mend() { fault_ = Fault::none; }
  std::int64_t count() const { return count_; }

  Fate next() {
    ++count_;
    const bool stays = fault_ == Fault::stays_full || fault_ == Fault::stays_broken;
    if (fault_ == Fault::none || count_ < at_ || (count_ > at_ && !stays)) return Fate::done;
    switch (fault_) {
      case Fault::tear:
        return Fate::torn;
      case Fault::full:
      case Fault::stays_full:
        return Fate::full;
      case Fault::error:
      case Fault::stays_broken:
        return Fate::failed;
      case Fault::power_cut:
        unsynced.forget(nullptr);
        break;
      case Fault::power_cut_half:
        unsynced.forget(&random_);
        break;
      default:
        break;
    }
    die();
  }
  [[noreturn]] static void die() {
    ::kill(::getpid(), SIGKILL);
    std::abort();
  }

 private:
  Fault fault_ = Fault::none;
  std::int64_t at_ = 0;
  std::int64_t count_ = 0;
  std::mt19937_64 random_;
};

Disk& disk() {
  static Disk* const instance = new Disk;
  return *instance;
}

// Of SQLite: the file of this VFS, and behind it in memory that of the default one.
struct FaultyFile {
  sqlite3_file base;
  const char* path;
  bool syncs_folder;  // with its next sync, as the default VFS does for a journal
  int last_error;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

FaultyFile& faulty(sqlite3_file* file) { return *reinterpret_cast<FaultyFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return faulty(file).real(); }

// SQLite's answer for a call that is not to be made; `error` is the one for a broken disk.
int answer(FaultyFile& file, Fate fate, int error) {
  file.last_error = fate == Fate::full ? ENOSPC : EIO;
  return fate == Fate::full ? SQLITE_FULL : error;
}

int close_file(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }
int read_file(sqlite3_file* file, void* bytes, int size, sqlite3_int64 offset) {
  return real(file)->pMethods->xRead(real(file), bytes, size, offset);
}
int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const std::lock_guard hold(disk().mutex);
  const Fate fate = disk().next();
  if (fate == Fate::failed) return answer(faulty(file), fate, SQLITE_IOERR_WRITE);
  const int written = fate == Fate::done ? size : size / 2;
  disk().unsynced.will_write(faulty(file).path, offset, static_cast<std::size_t>(written));
  const int code = real(file)->pMethods->xWrite(real(file), bytes, written, offset);
  if (fate == Fate::torn) Disk::die();
  return fate == Fate::done ? code : answer(faulty(file), fate, SQLITE_IOERR_WRITE);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const std::lock_guard hold(disk().mutex);
  const Fate fate = disk().next();
  if (fate == Fate::torn) Disk::die();
  if (fate != Fate::done) return answer(faulty(file), fate, SQLITE_IOERR_TRUNCATE);
  disk().unsynced.will_truncate(faulty(file).path, size);
  return real(file)->pMethods->xTruncate(real(file), size);
}
int sync_file(sqlite3_file* file, int flags) {
  const std::lock_guard hold(disk().mutex);
  const Fate fate = disk().next();
  if (fate == Fate::torn) Disk::die();
  if (fate != Fate::done) return answer(faulty(file), fate, SQLITE_IOERR_FSYNC);
  const int code = real(file)->pMethods->xSync(real(file), flags);
  if (code != SQLITE_OK) return code;
  disk().unsynced.has_synced_file(faulty(file).path);
  if (std::exchange(faulty(file).syncs_folder, false))
    disk().unsynced.has_synced_folder(fs::path(faulty(file).path).parent_path());
  return code;
}
int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  return real(file)->pMethods->xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return real(file)->pMethods->xLock(real(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return real(file)->pMethods->xUnlock(real(file), level);
}
int check_lock(sqlite3_file* file, int* held) {
  return real(file)->pMethods->xCheckReservedLock(real(file), held);
}
int control_file(sqlite3_file* file, int what, void* argument) {
  if (what == SQLITE_FCNTL_LAST_ERRNO && faulty(file).last_error != 0) {
    *static_cast<int*>(argument) = faulty(file).last_error;
    return SQLITE_OK;
  }
  return real(file)->pMethods->xFileControl(real(file), what, argument);
}
int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int characteristics(sqlite3_file* file) {
  return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  const std::lock_guard hold(disk().mutex);
  const Fate fate = extend == 0 ? Fate::done : disk().next();
  if (fate == Fate::torn) Disk::die();
  if (fate != Fate::done) return answer(faulty(file), Fate::failed, SQLITE_IOERR_SHMSIZE);
  return real(file)->pMethods->xShmMap(real(file), region, size, extend, memory);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void order_shared(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int unmap_shared(sqlite3_file* file, int remove) {
  return real(file)->pMethods->xShmUnmap(real(file), remove);
}

constexpr sqlite3_io_methods kMethods = {
    2,
    close_file,
    read_file,
    write_file,
    truncate_file,
    sync_file,
    size_of_file,
    lock_file,
    unlock_file,
    check_lock,
    control_file,
    sector_size,
    characteristics,
    map_shared,
    lock_shared,
    order_shared,
    unmap_shared,
    nullptr,
    nullptr,
};

sqlite3_vfs* default_vfs = nullptr;

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* opened, int flags, int* flags_out) {
  // What has no name is gone with its process, and SQLite's threads write it.
  if (path == nullptr) return default_vfs->xOpen(default_vfs, path, opened, flags, flags_out);
  const std::lock_guard hold(disk().mutex);
  FaultyFile& file = faulty(opened);
  file = {};
  file.path = path;  // SQLite keeps it as long as the file is open
  const bool makes = (flags & SQLITE_OPEN_CREATE) != 0 && !fs::exists(path);
  const Fate fate = makes ? disk().next() : Fate::done;
  if (fate == Fate::torn) Disk::die();
  if (fate != Fate::done) return SQLITE_CANTOPEN;
  const int code = default_vfs->xOpen(default_vfs, path, file.real(), flags, flags_out);
  if (file.real()->pMethods == nullptr) return code;
  opened->pMethods = &kMethods;
  if (makes && code == SQLITE_OK) disk().unsynced.has_made(path);
  file.syncs_folder = (flags & SQLITE_OPEN_CREATE) != 0 &&
                      (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  return code;
}

int delete_file(sqlite3_vfs*, const char* path, int sync_folder) {
  const std::lock_guard hold(disk().mutex);
  if (!fs::exists(path)) return default_vfs->xDelete(default_vfs, path, sync_folder);
  const Fate fate = disk().next();
  if (fate == Fate::torn) Disk::die();
  if (fate != Fate::done) return SQLITE_IOERR_DELETE;
  disk().unsynced.will_remove(path);
  const int code = default_vfs->xDelete(default_vfs, path, sync_folder);
  if (code == SQLITE_OK && sync_folder != 0)
    disk().unsynced.has_synced_folder(fs::path(path).parent_path());
  return code;
}

// For a system call of the program: true when it is not to be made, with errno set.
bool fails() {
  const Fate fate = disk().next();
  if (fate == Fate::torn) Disk::die();
  errno = fate == Fate::full ? ENOSPC : EIO;
  return fate != Fate::done;
}

}  // namespace

std::optional<Fault> parse_fault(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames = {
      "none",  "kill",         "tear",      "full",          "stays_full",
      "error", "stays_broken", "power_cut", "power_cut_half"};
  for (std::size_t number = 0; number < kNames.size(); ++number) {
    if (kNames[number] == name) return static_cast<Fault>(number);
  }
  return std::nullopt;
}

void install_faulty_disk(Fault fault, std::int64_t at, std::uint64_t seed) {
  static sqlite3_vfs vfs;
  disk().plan(fault, at, seed);
  default_vfs = ::sqlite3_vfs_find(nullptr);
  vfs = *default_vfs;
  vfs.zName = "faulty";
  vfs.szOsFile = static_cast<int>(sizeof(FaultyFile)) + default_vfs->szOsFile;
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  if (::sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) std::abort();
}

void mend_disk() {
  const std::lock_guard hold(disk().mutex);
  disk().mend();
}

std::int64_t count_of_changes() {
  const std::lock_guard hold(disk().mutex);
  return disk().count();
}

}  // namespace rota

extern "C" {

int __wrap_open(const char* path, int flags, ...) {
  const std::lock_guard hold(rota::disk().mutex);
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  const bool makes = (flags & O_CREAT) != 0 && ::access(path, F_OK) != 0;
  if (makes && rota::fails()) return -1;
  const int fd = __real_open(path, flags, mode);
  if (makes && fd >= 0) rota::disk().unsynced.has_made(path);
  return fd;
}

int __wrap_fsync(int fd) {
  const std::lock_guard hold(rota::disk().mutex);
  if (rota::fails()) return -1;
  if (const int code = __real_fsync(fd); code != 0) return code;
  const std::string name = "/proc/self/fd/" + std::to_string(fd);
  const std::filesystem::path path = std::filesystem::read_symlink(name);
  if (std::filesystem::is_directory(path)) {
    rota::disk().unsynced.has_synced_folder(path);
  } else {
    rota::disk().unsynced.has_synced_file(path);
  }
  return 0;
}

int __wrap_rename(const char* from, const char* to) {
  const std::lock_guard hold(rota::disk().mutex);
  if (rota::fails()) return -1;
  rota::disk().unsynced.will_rename(from, to);
  return __real_rename(from, to);
}

int __wrap_mkdir(const char* path, mode_t mode) {
  const std::lock_guard hold(rota::disk().mutex);
  if (::access(path, F_OK) != 0 && rota::fails()) return -1;
  const int code = __real_mkdir(path, mode);
  if (code == 0) rota::disk().unsynced.has_made(path);
  return code;
}

}  // extern "C"
