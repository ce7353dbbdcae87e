// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/fork_guard.h"

#include "os/fork_safe_mutex.h"
#include "os/unshared_fd.h"
#include "sqlite_log/shared_mutexes.h"
#include "sqlite_log/sqlite_error.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <vector>

namespace rota::inline v1 {
namespace {

constexpr std::string_view kAdvice =
    "fork when no thread uses it, or start the process with exec or posix_spawn (in Python: the "
    "start method 'spawn')";

struct FileId {
  dev_t device = 0;
  ino_t inode = 0;

  friend bool operator==(const FileId&, const FileId&) = default;
};

constexpr FileId kAnyFile;

FileId id_of(const std::filesystem::path& file) noexcept {
  struct stat found {};
  return ::stat(file.c_str(), &found) == 0 ? FileId{found.st_dev, found.st_ino} : kAnyFile;
}

std::filesystem::path absolute_or_same(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute;
}

}  // namespace

struct ForkGuard::Registry {
  std::mutex
      mutex;  // guards all below, and is held from when the files are closed until the fork is done
  std::condition_variable changed;
  bool is_fork_due = false;
  ForkGuard* logs = nullptr;
  Use* uses = nullptr;
  pid_t process = ::getpid();
  SharedMutexes sqlite;
  // Files that SQLite has open in the memory of this process, but not in truth: those of the parents of this child,
  // and behind them what the fork that is under way leaves open.
  std::vector<FileId> left_open;
  std::size_t left_by_parents = 0;

  static Registry& instance();
  template <class Node>
  static void push(Node*& first, Node& node) noexcept {
    node.next_ = first;
    first = &node;
  }
  template <class Node>
  static void remove(Node*& first, const Node& node) noexcept {
    Node** at = &first;
    while (*at != nullptr && *at != &node) at = &(*at)->next_;
    if (*at != nullptr) *at = node.next_;
  }

  bool is_used(const ForkGuard& log) const noexcept;
  bool is_used_by_this_thread() const noexcept;
  bool is_used_by_others() const noexcept;
  bool is_left_open(const std::filesystem::path& file) const noexcept;
  void enter(std::unique_lock<std::mutex>& hold, Use& use);
  void leave(const Use& use) noexcept;

  // The handlers.
  void before_fork() noexcept;
  void close_files(ForkGuard& log) noexcept;
  void after_fork_in_parent() noexcept;
  void after_fork_in_child() noexcept;
  void begin_in_child(ForkGuard& log) noexcept;
};

ForkGuard::Registry& ForkGuard::Registry::instance() {
  // Never destroyed: a fork may come while the program ends.
  static Registry* const registry = [] {
    // In the course of a use such files are closed and such mutexes taken: their handlers have to come after this one.
    UnsharedFd::watch_forks();
    ForkSafeMutex::watch_forks();
    auto* const made = new Registry;
    ::pthread_atfork([] { instance().before_fork(); }, [] { instance().after_fork_in_parent(); },
                     [] { instance().after_fork_in_child(); });
    return made;
  }();
  return *registry;
}

void ForkGuard::watch_forks() { Registry::instance(); }

// ---- uses ----

bool ForkGuard::Registry::is_used(const ForkGuard& log) const noexcept {
  for (const Use* use = uses; use != nullptr; use = use->next_) {
    if (&use->log_ == &log) return true;
  }
  return false;
}

bool ForkGuard::Registry::is_used_by_this_thread() const noexcept {
  for (const Use* use = uses; use != nullptr; use = use->next_) {
    if (use->thread_ == std::this_thread::get_id()) return true;
  }
  return false;
}

bool ForkGuard::Registry::is_used_by_others() const noexcept {
  for (const Use* use = uses; use != nullptr; use = use->next_) {
    if (use->thread_ != std::this_thread::get_id()) return true;
  }
  return false;
}

void ForkGuard::Registry::enter(std::unique_lock<std::mutex>& hold, Use& use) {
  changed.wait(hold, [this] { return !is_fork_due || is_used_by_this_thread(); });
  push(uses, use);
}

void ForkGuard::Registry::leave(const Use& use) noexcept {
  const std::lock_guard hold(mutex);
  remove(uses, use);
  if (is_fork_due) changed.notify_all();
}

bool ForkGuard::Registry::is_left_open(const std::filesystem::path& file) const noexcept {
  if (left_open.empty()) return false;
  const FileId id = id_of(file);
  for (const FileId& open : left_open) {
    if (open == kAnyFile || open == id) return true;
  }
  return false;
}

ForkGuard::Use::Use(ForkGuard& log, std::string_view verb) : log_(log) {
  if (!log.is_usable()) {
    throw LogError(log_error_message(
        verb, log.path_, "this process was forked from one that was using it at that moment",
        kAdvice));
  }
  Registry& registry = Registry::instance();
  std::unique_lock hold(registry.mutex);
  registry.enter(hold, *this);
}

ForkGuard::Use::~Use() {
  if (log_.is_usable()) Registry::instance().leave(*this);
}

ForkGuard::ForkGuard(const std::filesystem::path& log)
    : path_(absolute_or_same(log)), process_(::getpid()) {
  Registry& registry = Registry::instance();
  std::unique_lock hold(registry.mutex);
  // Forked by other means than fork(), which ask no handler.
  const bool is_unknown_child = registry.process != process_ && registry.logs != nullptr;
  if (is_unknown_child || registry.is_left_open(path_)) {
    refuse_log(path_, "this process was forked from one that had it in use at that moment",
               kAdvice);
  }
  if (registry.process != process_) registry.process = process_;
  std::size_t room = registry.left_open.size() + 2;
  for (const ForkGuard* other = registry.logs; other != nullptr; other = other->next_) ++room;
  registry.left_open.reserve(room);  // a fork must not need memory
  registry.enter(hold, opening_);
  Registry::push(registry.logs, *this);
}

void ForkGuard::be_ready(Steps steps) {
  Registry& registry = Registry::instance();
  {
    const std::lock_guard hold(registry.mutex);
    steps_ = std::move(steps);
    is_ready_ = true;
  }
  registry.leave(opening_);
}

ForkGuard::~ForkGuard() {
  Registry& registry = Registry::instance();
  if (registry.process != ::getpid()) return;
  const std::lock_guard hold(registry.mutex);
  Registry::remove(registry.logs, *this);
}

bool ForkGuard::is_usable() const noexcept { return ::getpid() == process_; }

// ---- forks ----

void ForkGuard::Registry::before_fork() noexcept {
  std::unique_lock hold(mutex);
  changed.wait(hold, [this] { return !is_fork_due; });  // of another thread
  is_fork_due = true;
  changed.wait_for(hold, kPatience, [this] { return !is_used_by_others(); });
  for (ForkGuard* log = logs; log != nullptr; log = log->next_) close_files(*log);
  if (!sqlite.lock(kPatience)) left_open.push_back(kAnyFile);
  hold.release();
}

void ForkGuard::Registry::close_files(ForkGuard& log) noexcept {
  if (!log.is_usable()) return;
  log.is_closed_ = log.is_ready_ && !is_used(log);
  if (log.is_closed_) {
    log.steps_.close_files();
  } else {
    left_open.push_back(id_of(log.path_));
  }
}

void ForkGuard::Registry::after_fork_in_parent() noexcept {
  sqlite.unlock();
  left_open.resize(left_by_parents);
  is_fork_due = false;
  changed.notify_all();
  mutex.unlock();
}

void ForkGuard::Registry::after_fork_in_child() noexcept {
  sqlite.unlock();
  new (&changed) std::condition_variable;  // who waited on it is not in this process
  left_by_parents = left_open.size();
  uses = nullptr;  // those of logs that are left open
  for (ForkGuard* log = logs; log != nullptr; log = log->next_) begin_in_child(*log);
  process = ::getpid();
  is_fork_due = false;
  mutex.unlock();
}

void ForkGuard::Registry::begin_in_child(ForkGuard& log) noexcept {
  if (!log.is_closed_ || log.process_ != process || is_left_open(log.path_)) return;
  try {
    log.steps_.begin_in_child();
    log.process_ = ::getpid();
  } catch (const std::exception&) {
    // Without the memory for it the child is refused.
  }
}

}  // namespace rota::inline v1
