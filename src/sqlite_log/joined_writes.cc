// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/joined_writes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <new>
#include <utility>

namespace rota::inline v1 {
namespace {

// https://www.sqlite.org/fileformat2.html#the_write_ahead_log: a header, then frames, each a header of 24 bytes and
// a page. Bytes 4 to 7 of a frame's header are not zero in the last frame of a transaction.
constexpr sqlite3_int64 kWalHeaderBytes = 32;
constexpr int kFrameHeaderBytes = 24;
// https://www.sqlite.org/walformat.html#wal_locks: who holds the first lock writes to the WAL.
constexpr int kWriteLock = 0;

// SQLite's VFS for Unix writes no more than this in one call (seekAndWriteFd() in os_unix.c); more is a full disk to it.
constexpr std::size_t kMaxKeptBytes = 0x1FFFF;

// Bytes of a file that are to be written there next.
struct Kept {
  char* memory;  // kMaxKeptBytes; null: nothing can be kept
  std::size_t size;
  sqlite3_int64 at;
  bool ends_with_next;         // that is the page of a transaction's last frame
  sqlite3_int64 end_of_pages;  // of the frame that was written, or kept, last

  bool is_followed_at(sqlite3_int64 offset, std::size_t more) const noexcept {
    return size > 0 && offset == at + static_cast<sqlite3_int64>(size) &&
           size + more <= kMaxKeptBytes;
  }
  void append(const void* bytes, std::size_t more) noexcept {
    std::memcpy(memory + size, bytes, more);
    size += more;
  }
  std::size_t drop() noexcept {
    ends_with_next = false;
    return std::exchange(size, 0);
  }
};

// SQLite gives the memory for it, and behind it that for the file of the base.
struct OpenFile {
  sqlite3_file face;
  OpenFile* other;  // of a database its WAL, if that is open; of a WAL its database
  Kept kept;

  sqlite3_file* real() noexcept { return reinterpret_cast<sqlite3_file*>(this + 1); }
  const sqlite3_io_methods& methods() noexcept { return *real()->pMethods; }
};

OpenFile& opened(sqlite3_file* file) noexcept { return *reinterpret_cast<OpenFile*>(file); }
sqlite3_vfs& base_of(sqlite3_vfs* vfs) noexcept {
  return *static_cast<sqlite3_vfs*>(vfs->pAppData);
}

// ---- what is as the base does it ----

template <auto Member>
struct Base;
template <class Result, class... Arguments,
          Result (*sqlite3_io_methods::*Member)(sqlite3_file*, Arguments...)>
struct Base<Member> {
  static Result call(sqlite3_file* file, Arguments... arguments) {
    OpenFile& ours = opened(file);
    return (ours.methods().*Member)(ours.real(), arguments...);
  }
};
template <class Result, class... Arguments,
          Result (*sqlite3_vfs::*Member)(sqlite3_vfs*, Arguments...)>
struct Base<Member> {
  static Result call(sqlite3_vfs* vfs, Arguments... arguments) {
    return (base_of(vfs).*Member)(&base_of(vfs), arguments...);
  }
};

// ---- the WAL ----

int write_kept(OpenFile& wal) noexcept {
  const std::size_t size = wal.kept.drop();
  if (size == 0) return SQLITE_OK;
  return wal.methods().xWrite(wal.real(), wal.kept.memory, static_cast<int>(size), wal.kept.at);
}

int write_wal(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  OpenFile& wal = opened(file);
  const auto* const head = static_cast<const char*>(bytes);
  const bool is_frame_header = size == kFrameHeaderBytes && offset >= kWalHeaderBytes;
  const bool is_of_last_frame =
      is_frame_header && std::any_of(head + 4, head + 8, [](char byte) { return byte != 0; });
  if (!is_frame_header) wal.kept.end_of_pages = offset + size;
  if (!wal.kept.is_followed_at(offset, static_cast<std::size_t>(size))) {
    if (const int code = write_kept(wal); code != SQLITE_OK) return code;
    // SQLite writes the headers once more, without their pages, where it has written a page again. (So it may seem
    // to do for one frame at the beginning of the file, which is written in two calls then.)
    const bool may_be_alone = is_of_last_frame && offset < wal.kept.end_of_pages;
    if (!is_frame_header || may_be_alone || wal.kept.memory == nullptr)
      return wal.methods().xWrite(wal.real(), bytes, size, offset);
    wal.kept.at = offset;
  }
  wal.kept.append(bytes, static_cast<std::size_t>(size));
  if (wal.kept.ends_with_next) return write_kept(wal);
  wal.kept.ends_with_next = is_of_last_frame;
  return SQLITE_OK;
}

// After what is kept is written.
template <auto Member>
struct AfterKept;
template <class... Arguments, int (*sqlite3_io_methods::*Member)(sqlite3_file*, Arguments...)>
struct AfterKept<Member> {
  static int call(sqlite3_file* file, Arguments... arguments) {
    const int code = write_kept(opened(file));
    return code == SQLITE_OK ? Base<Member>::call(file, arguments...) : code;
  }
};

// ---- the database ----

int lock_shared(sqlite3_file* file, int first, int count, int flags) {
  OpenFile& database = opened(file);
  constexpr int kGivesUpWriting = SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE;
  if (first == kWriteLock && flags == kGivesUpWriting && database.other != nullptr)
    database.other->kept.drop();
  return database.methods().xShmLock(database.real(), first, count, flags);
}

// ---- both ----

int close_file(sqlite3_file* file) {
  OpenFile& ours = opened(file);
  delete[] std::exchange(ours.kept.memory, nullptr);
  if (ours.other != nullptr) ours.other->other = nullptr;
  return ours.methods().xClose(ours.real());
}

using Methods = sqlite3_io_methods;

constexpr Methods database_methods(int version) {
  return {version,
          close_file,
          Base<&Methods::xRead>::call,
          Base<&Methods::xWrite>::call,
          Base<&Methods::xTruncate>::call,
          Base<&Methods::xSync>::call,
          Base<&Methods::xFileSize>::call,
          Base<&Methods::xLock>::call,
          Base<&Methods::xUnlock>::call,
          Base<&Methods::xCheckReservedLock>::call,
          Base<&Methods::xFileControl>::call,
          Base<&Methods::xSectorSize>::call,
          Base<&Methods::xDeviceCharacteristics>::call,
          Base<&Methods::xShmMap>::call,
          lock_shared,
          Base<&Methods::xShmBarrier>::call,
          Base<&Methods::xShmUnmap>::call,
          Base<&Methods::xFetch>::call,
          Base<&Methods::xUnfetch>::call};
}

// A file can no more than that of the base.
constexpr std::array kDatabaseMethods = {database_methods(1), database_methods(2),
                                         database_methods(3)};
constexpr Methods kWalMethods = [] {
  Methods methods = database_methods(1);  // a WAL has no memory that is shared
  methods.xRead = AfterKept<&Methods::xRead>::call;
  methods.xWrite = write_wal;
  methods.xTruncate = AfterKept<&Methods::xTruncate>::call;
  methods.xSync = AfterKept<&Methods::xSync>::call;
  methods.xFileSize = AfterKept<&Methods::xFileSize>::call;
  return methods;
}();

// Where a write may harm what is beside it, SQLite writes pages in pieces, which are not understood here.
bool writes_whole_pages(OpenFile& wal) noexcept {
  return (wal.methods().xDeviceCharacteristics(wal.real()) & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0;
}

void begin_wal(OpenFile& wal, const char* path) noexcept {
  wal.face.pMethods = &kWalMethods;
  OpenFile& database = opened(::sqlite3_database_file_object(path));
  wal.other = &database;
  database.other = &wal;
  if (writes_whole_pages(wal)) wal.kept.memory = new (std::nothrow) char[kMaxKeptBytes];
}

int open_file(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* flags_out) {
  sqlite3_vfs& base = base_of(vfs);
  const bool is_wal = (flags & SQLITE_OPEN_WAL) != 0;
  const bool is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  if (!is_wal && !is_database) return base.xOpen(&base, path, file, flags, flags_out);
  OpenFile& ours = *new (file) OpenFile{};
  const int code = base.xOpen(&base, path, ours.real(), flags, flags_out);
  if (ours.real()->pMethods == nullptr) return code;
  if (is_wal) {
    begin_wal(ours, path);
  } else {
    const int version = std::clamp(ours.methods().iVersion, 1, 3);
    ours.face.pMethods = &kDatabaseMethods[static_cast<std::size_t>(version) - 1];
  }
  return code;
}

}  // namespace

sqlite3_vfs joined_writes_over(sqlite3_vfs& base, const char* name) noexcept {
  using Vfs = sqlite3_vfs;
  Vfs vfs = base;
  vfs.pNext = nullptr;
  vfs.zName = name;
  vfs.pAppData = &base;
  vfs.szOsFile = static_cast<int>(sizeof(OpenFile)) + base.szOsFile;
  vfs.xOpen = open_file;
  vfs.xDelete = Base<&Vfs::xDelete>::call;
  vfs.xAccess = Base<&Vfs::xAccess>::call;
  vfs.xFullPathname = Base<&Vfs::xFullPathname>::call;
  vfs.xDlOpen = Base<&Vfs::xDlOpen>::call;
  vfs.xDlSym = Base<&Vfs::xDlSym>::call;
  vfs.xDlError = Base<&Vfs::xDlError>::call;
  vfs.xDlClose = Base<&Vfs::xDlClose>::call;
  vfs.xRandomness = Base<&Vfs::xRandomness>::call;
  vfs.xSleep = Base<&Vfs::xSleep>::call;
  vfs.xCurrentTime = Base<&Vfs::xCurrentTime>::call;
  vfs.xGetLastError = Base<&Vfs::xGetLastError>::call;
  vfs.xCurrentTimeInt64 = Base<&Vfs::xCurrentTimeInt64>::call;
  vfs.iVersion = std::min(base.iVersion, 2);  // from 3 on it has system calls to replace
  return vfs;
}

const char* joined_writes_vfs() noexcept {
  static sqlite3_vfs vfs;
  static const char* const name = [] {
    constexpr const char* kName = "rota-joined-writes";
    sqlite3_vfs* const base = ::sqlite3_vfs_find(nullptr);
    if (base == nullptr) return static_cast<const char*>(nullptr);
    vfs = joined_writes_over(*base, kName);
    return ::sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? kName : nullptr;
  }();
  return name;
}

}  // namespace rota::inline v1
