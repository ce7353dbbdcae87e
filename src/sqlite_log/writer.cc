// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/writer.h"

#include "os/wait_awake.h"
#include "sqlite_log/journal.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <system_error>
#include <thread>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr int kExpectOthersFor = 16;
constexpr std::chrono::microseconds kTurnOfOthers{100};
// What a transaction of another process takes; who sleeps meanwhile is awake as much later.
constexpr std::chrono::microseconds kOtherTransaction{50};

// A write over the limit for the size of files gives an error here instead of ending the process.
class FileSizeSignalHeld {
 public:
  FileSizeSignalHeld() noexcept {
    ::sigemptyset(&signal_);
    ::sigaddset(&signal_, SIGXFSZ);
    ::pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  FileSizeSignalHeld(const FileSizeSignalHeld&) = delete;
  FileSizeSignalHeld& operator=(const FileSizeSignalHeld&) = delete;
  ~FileSizeSignalHeld() {
    if (::sigismember(&before_, SIGXFSZ) == 1) return;
    sigset_t pending;
    constexpr timespec kNoWait{0, 0};
    if (::sigpending(&pending) == 0 && ::sigismember(&pending, SIGXFSZ) == 1)
      ::sigtimedwait(&signal_, nullptr, &kNoWait);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t signal_;
  sigset_t before_;
};

// An error for each request, because one object must not be read by several threads while the last of
// them destroys it.
std::exception_ptr copy_of(const std::exception_ptr& error) noexcept try {
  try {
    std::rethrow_exception(error);
  } catch (const std::bad_alloc&) {
    throw std::bad_alloc();
  } catch (const std::exception& other) {
    throw LogError(other.what());
  }
} catch (...) {
  return std::current_exception();
}

}  // namespace

Writer::Writer(LogFile file) : file_(std::move(file)) {}

Writer::~Writer() { finish(); }

void Writer::close_file() noexcept {
  std::unique_lock hold(mutex_);
  close_when_idle(hold);
}

void Writer::finish() noexcept {
  std::unique_lock hold(mutex_);
  ending_ = true;
  close_when_idle(hold);
}

void Writer::close_when_idle(std::unique_lock<std::mutex>& hold) noexcept {
  idle_.wait(hold, [this] { return first_ == nullptr; });
  connection_.reset();
  shared_sync_.reset();
  gate_.reset();
}

void Writer::queue_up(const Work& work, bool alone) {
  Request request{&work};
  const std::shared_ptr<Batch> batch = join_or_make(request, alone);
  if (batch->first == &request) {
    batch->may_begin.wait(false);
    lead(*batch);
  } else {
    batch->is_done.wait(false);
  }
  if (request.error) std::rethrow_exception(request.error);
}

std::shared_ptr<Writer::Batch> Writer::join_or_make(Request& request, bool alone) {
  const std::lock_guard hold(mutex_);
  if (ending_) {
    throw LogError(log_error_message("write", file_.path,
                                     "it is closed, because the program is ending",
                                     "write to it before that"));
  }
  if (!alone && open_ != nullptr) {
    open_->last = open_->last->next = &request;
    return open_->shared_from_this();
  }
  auto batch = std::make_shared<Batch>(&request);
  batch->may_begin = first_ == nullptr;
  (first_ == nullptr ? first_ : last_->next) = batch;
  last_ = batch;
  if (!alone) open_ = batch.get();
  return batch;
}

void Writer::lead(Batch& batch) {
  commit_or_fail(batch);
  batch.is_done = true;
  batch.is_done.notify_all();
  let_next_begin();
}

void Writer::commit_or_fail(Batch& batch) noexcept {
  try {
    const FileSizeSignalHeld held;
    commit(batch);
  } catch (...) {
    close(batch);
    connection_.reset();  // undoes the transaction
    for (Request* request = batch.first; request != nullptr; request = request->next)
      request->error = copy_of(std::current_exception());
  }
}

// Who comes from now on makes the next one.
void Writer::close(const Batch& batch) noexcept {
  const std::lock_guard hold(mutex_);
  if (open_ == &batch) open_ = nullptr;
}

void Writer::let_next_begin() noexcept {
  const std::lock_guard hold(mutex_);
  first_ = std::exchange(first_->next, nullptr);
  if (first_ == nullptr) last_ = nullptr;
  if (first_ != nullptr) {
    first_->may_begin = true;
    first_->may_begin.notify_one();
  } else {
    idle_.notify_all();
  }
}

void Writer::commit(Batch& batch) try {
  prepare();
  others_wait_ = take_gate() ? kExpectOthersFor : std::max(others_wait_ - 1, 0);
  std::uint64_t number = 0;
  {
    const std::lock_guard hold(*gate_, std::adopt_lock);
    close(batch);
    set_syncs_itself(!has_wal_ || (others_wait_ == 0 && !file_.always_shares_syncs));
    run_in_transaction(batch);
    if (!syncs_itself_) number = shared_sync_->count_commit();
  }
  gave_up_gate_ = std::chrono::steady_clock::now();
  if (!syncs_itself_ || sync_has_failed_) make_durable(number);
} catch (const std::system_error& error) {
  throw LogError(
      log_error_message("write", file_.path,
                        fmt::format("its lock {} cannot be taken ({})",
                                    file_.lock_path().filename().string(), error.code().message()),
                        "check the rights of that file and of its folder"));
}

void Writer::prepare() {
  if (!gate_) gate_.emplace(file_.lock_path());
  if (connection_ != nullptr) return;
  connection_ = open_for_writing(file_);
  has_wal_ = uses_wal(*connection_);
  syncs_itself_ = true;
}

// True: others hold it, or wait.
bool Writer::take_gate() {
  // Who has waited for it takes longer to wake than this thread to come back.
  if (!has_wal_) std::this_thread::sleep_until(gave_up_gate_ + kTurnOfOthers);
  if (gate_->try_lock()) return false;
  if (!has_come_within(kOtherTransaction, [this] { return gate_->try_lock(); })) gate_->lock();
  return true;
}

void Writer::set_syncs_itself(bool syncs_itself) {
  if (!syncs_itself && !shared_sync_) shared_sync_.emplace(file_.lock_path());
  if (syncs_itself == syncs_itself_) return;
  connection_->execute(syncs_itself ? "PRAGMA synchronous = EXTRA" : "PRAGMA synchronous = NORMAL");
  syncs_itself_ = syncs_itself;
}

void Writer::run_in_transaction(Batch& batch) {
  for (;;) {
    Statement(*connection_, "BEGIN IMMEDIATE").run();
    if (connection_->has_moved()) throw_moved_away(file_.path);
    check_may_write(*connection_, file_);
    if (run_all(batch)) break;
    // Once more without the one that failed.
    Statement(*connection_, "ROLLBACK").run();
  }
  Statement(*connection_, "COMMIT").run();
}

// False: a request failed after it had changed something.
bool Writer::run_all(Batch& batch) {
  for (Request* request = batch.first; request != nullptr; request = request->next) {
    if (request->error) continue;
    const std::int64_t changes = connection_->total_changes();
    try {
      (*request->work)(*connection_);
    } catch (const SqliteError& caught) {
      if (caught.is_of_the_file() || !connection_->in_transaction()) throw;
      request->error = std::current_exception();
    } catch (...) {
      request->error = std::current_exception();
    }
    if (request->error && connection_->total_changes() != changes) return false;
  }
  return true;
}

// What a failed sync was for may be missing on the disk although later syncs succeed. All of it in the
// database itself is as good.
void Writer::make_durable(std::uint64_t commit) {
  if (!sync_has_failed_ &&
      shared_sync_->make_durable(commit, [this] { return connection_->sync_wal(); }))
    return;
  sync_has_failed_ = true;
  if (!is_all_in_the_database()) {
    throw LogError(log_error_message(
        "write", file_.path,
        "the disk failed when it was to keep what was written; that may be lost or be there",
        "look for the disk's trouble (dmesg), then try again"));
  }
  sync_has_failed_ = false;
}

bool Writer::is_all_in_the_database() try {
  const std::lock_guard hold(*gate_);
  Statement checkpoint(*connection_, "PRAGMA wal_checkpoint(PASSIVE)");
  return checkpoint.step() && checkpoint.integer(0) == 0 &&
         checkpoint.integer(1) == checkpoint.integer(2);
} catch (const SqliteError&) {
  return false;
}

}  // namespace rota::inline v1
