// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/database.h"

#include "sqlite_log/joined_writes.h"

#include <algorithm>
#include <cassert>
#include <new>

namespace rota::inline v1 {
namespace {

// "file:/path?immutable=1", with every byte that means something in a URI written as %XX.
std::string immutable_uri(const std::filesystem::path& file) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : file.native()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '-' || c == '_';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      uri += c;
    } else {
      uri.append({'%', kDigits[byte >> 4], kDigits[byte & 0x0F]});
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

Connection::Connection(const std::filesystem::path& file, Access access, std::filesystem::path log)
    : access_(access), log_(std::move(log)) {
  const int flags = (access == Access::read_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                    (access == Access::immutable ? SQLITE_OPEN_URI : 0) | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
  const std::string name = access == Access::immutable ? immutable_uri(file) : file.native();
  sqlite3* handle = nullptr;
  const int code = ::sqlite3_open_v2(name.c_str(), &handle, flags, joined_writes_vfs());
  handle_.reset(handle);
  if (handle == nullptr) throw std::bad_alloc();
  if (code != SQLITE_OK) fail(code);
  when_busy({});
  ::sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  ::sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  ::sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void Connection::accept() noexcept {
  ::sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

Connection::~Connection() = default;

void Connection::execute(const char* sql) {
  const int code = ::sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::string Connection::read_header(std::size_t size) {
  sqlite3_file* file = nullptr;
  int code = ::sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (code != SQLITE_OK || file == nullptr || file->pMethods == nullptr) fail(SQLITE_CANTOPEN);
  sqlite3_int64 there = 0;
  code = file->pMethods->xFileSize(file, &there);
  std::string header(std::min(size, static_cast<std::size_t>(std::max<sqlite3_int64>(there, 0))),
                     '\0');
  if (code == SQLITE_OK && !header.empty()) {
    code = file->pMethods->xRead(file, header.data(), static_cast<int>(header.size()), 0);
  }
  if (code != SQLITE_OK) fail(code);
  return header;
}

void Connection::copy_to(Connection& target) {
  sqlite3_backup* const copy =
      ::sqlite3_backup_init(target.handle_.get(), "main", handle_.get(), "main");
  if (copy == nullptr) target.fail(::sqlite3_extended_errcode(target.handle_.get()));
  const int code = ::sqlite3_backup_step(copy, -1);
  ::sqlite3_backup_finish(copy);
  if (code != SQLITE_DONE) target.fail(code);
}

bool Connection::sync_wal() noexcept {
  sqlite3_file* wal = nullptr;
  return ::sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) ==
             SQLITE_OK &&
         wal != nullptr && wal->pMethods != nullptr &&
         wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL) == SQLITE_OK;
}

void Connection::when_busy(std::function<bool(int)> wait) noexcept {
  when_busy_ = std::move(wait);
  if (when_busy_ == nullptr) {
    ::sqlite3_busy_timeout(handle_.get(), kBusySeconds * 1000);
    return;
  }
  ::sqlite3_busy_handler(
      handle_.get(),
      [](void* self, int times) {
        return static_cast<Connection*>(self)->when_busy_(times) ? 1 : 0;
      },
      this);
}

bool Connection::has_moved() const noexcept {
  int moved = 0;
  return ::sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) ==
             SQLITE_OK &&
         moved != 0;
}

PreparedStatement& Connection::prepared(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  const int code = ::sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  PreparedStatement owned{std::unique_ptr<sqlite3_stmt, CloseSqlite>(statement)};
  if (code != SQLITE_OK) fail(code);
  return statements_.emplace(sql, std::move(owned)).first->second;
}

// SQLite forgets the error of a commit, but each of its files remembers its last one.
int Connection::last_system_error() const noexcept {
  int error = ::sqlite3_system_errno(handle_.get());
  for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
    sqlite3_file* file = nullptr;
    const bool found = ::sqlite3_file_control(handle_.get(), "main", which, &file) == SQLITE_OK &&
                       file != nullptr && file->pMethods != nullptr;
    if (error == 0 && found) file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error);
  }
  return error;
}

void Connection::fail(int code) const {
  throw_sqlite_error(access_ == Access::read_write ? "use" : "read", log_, code,
                     last_system_error(), ::sqlite3_errmsg(handle_.get()));
}

void Connection::fail_as_damaged(std::string_view detail) const {
  throw_sqlite_error("read", log_, SQLITE_CORRUPT, 0, detail);
}

Statement::Statement(Connection& connection, std::string_view sql)
    : connection_(connection),
      prepared_(connection.prepared(sql)),
      statement_(prepared_.handle.get()) {
  assert(!::sqlite3_stmt_busy(statement_));
}

Statement::~Statement() {
  ::sqlite3_reset(statement_);
  ::sqlite3_clear_bindings(statement_);
}

// Names are literals: an address stands for one name as long as the program runs.
int Statement::index_of(const char* name) {
  auto& known = prepared_.parameters;
  const auto is_it = [name](const auto& parameter) { return parameter.first == name; };
  auto at = known.begin() + static_cast<std::ptrdiff_t>(next_);
  if (at == known.end() || !is_it(*at)) at = std::find_if(known.begin(), known.end(), is_it);
  if (at == known.end()) {
    const int index = ::sqlite3_bind_parameter_index(statement_, name);
    assert(index > 0);
    at = known.insert(at, {name, index});
  }
  next_ = static_cast<std::size_t>(at - known.begin()) + 1;
  return at->second;
}

Statement& Statement::bind(const char* name, std::int64_t value) {
  const int code = ::sqlite3_bind_int64(statement_, index_of(name), value);
  if (code != SQLITE_OK) connection_.fail(code);
  return *this;
}

Statement& Statement::bind_text(const char* name, std::string_view value,
                                void (*destructor)(void*)) {
  const char* const data =
      value.data() == nullptr ? "" : value.data();  // a null pointer would bind NULL
  const int code = ::sqlite3_bind_text64(statement_, index_of(name), data, value.size(), destructor,
                                         SQLITE_UTF8);
  if (code != SQLITE_OK) connection_.fail(code);
  return *this;
}

Statement& Statement::bind(const char* name, std::string_view value) {
  return bind_text(name, value, SQLITE_TRANSIENT);
}

Statement& Statement::refer(const char* name, std::string_view value) {
  return bind_text(name, value, SQLITE_STATIC);
}

bool Statement::step() {
  const int code = ::sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_.fail(code);
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

std::int64_t Statement::integer(int column) const noexcept {
  return ::sqlite3_column_int64(statement_, column);
}

std::string_view Statement::view(int column) const {
  const auto* data = reinterpret_cast<const char*>(::sqlite3_column_text(statement_, column));
  if (data == nullptr) {
    if (is_null(column)) return {};
    throw std::bad_alloc();
  }
  return {data, static_cast<std::size_t>(::sqlite3_column_bytes(statement_, column))};
}

bool Statement::is_null(int column) const noexcept {
  return ::sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace rota::inline v1
