// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/writer.h"

#include <pthread.h>

#include <csignal>
#include <system_error>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// Signals for the program are for its own threads; a write over the limit for the size of files then gives
// an error here instead of ending the process.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT})
      ::sigdelset(&all, fault);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

// An error for each request, because one object must not be read by several threads while the last of
// them destroys it.
std::exception_ptr copy_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const LogError& log_error) {
    return std::make_exception_ptr(LogError(log_error.what()));
  } catch (const std::bad_alloc&) {
    return std::make_exception_ptr(std::bad_alloc());
  } catch (const std::exception& other) {
    return std::make_exception_ptr(LogError(other.what()));
  }
}

// What was left of a request that failed is undone, the others stay.
void run_in_savepoint(Connection& connection, const Writer::Work& work, std::exception_ptr& error) {
  Statement(connection, "SAVEPOINT request").run();
  try {
    work(connection);
  } catch (const SqliteError& caught) {
    if (caught.is_of_the_file() || !connection.in_transaction()) throw;
    error = std::current_exception();
  } catch (...) {
    error = std::current_exception();
  }
  if (error) Statement(connection, "ROLLBACK TO request").run();
  Statement(connection, "RELEASE request").run();
}

}  // namespace

Writer::Writer(LogFile file) : file_(std::move(file)) {}

Writer::~Writer() { finish(); }

void Writer::finish() noexcept {
  {
    const std::lock_guard hold(mutex_);
    ending_ = true;
    queued_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Writer::write(const Work& work) {
  Request request{&work};
  std::unique_lock hold(mutex_);
  if (ending_) {
    throw LogError(log_error_message("write", file_.path,
                                     "it is closed, because the program is ending",
                                     "write to it before that"));
  }
  if (!thread_.joinable()) start_thread();
  queue_.push_back(&request);
  queued_.notify_one();
  request.answer.wait(hold, [&] { return request.answered; });
  hold.unlock();
  if (request.error) std::rethrow_exception(request.error);
}

void Writer::start_thread() try {
  const SignalsBlocked blocked;  // the new thread inherits it
  thread_ = std::thread([this] { serve(); });
} catch (const std::system_error& error) {
  throw LogError(log_error_message(
      "write", file_.path, fmt::format("no thread can be started ({})", error.code().message()),
      "raise the limit for processes (ulimit -u)"));
}

void Writer::serve() {
  ::pthread_setname_np(::pthread_self(), "rota-log");
  Batch batch;
  std::unique_lock hold(mutex_);
  for (;;) {
    queued_.wait(hold, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) break;
    batch.clear();
    batch.swap(queue_);
    hold.unlock();
    try {
      commit(batch);
    } catch (...) {
      connection_.reset();  // undoes the transaction
      for (Request* request : batch) request->error = copy_of(std::current_exception());
    }
    hold.lock();
    // Under the lock: an answered request is gone as soon as its caller goes on.
    for (Request* request : batch) {
      request->answered = true;
      request->answer.notify_one();
    }
  }
  hold.unlock();
  connection_.reset();
  gate_.reset();
}

void Writer::commit(const Batch& batch) try {
  prepare();
  const std::lock_guard hold(*gate_);
  Statement(*connection_, "BEGIN IMMEDIATE").run();
  if (connection_->has_moved()) throw_moved_away(file_.path);
  check_may_write(*connection_, file_);
  for (Request* request : batch) run_in_savepoint(*connection_, *request->work, request->error);
  Statement(*connection_, "COMMIT").run();
} catch (const std::system_error& error) {
  throw LogError(
      log_error_message("write", file_.path,
                        fmt::format("its lock {} cannot be taken ({})",
                                    file_.lock_path().filename().string(), error.code().message()),
                        "check the rights of that file and of its folder"));
}

void Writer::prepare() {
  if (!gate_) gate_.emplace(file_.lock_path());
  if (connection_ == nullptr) connection_ = open_for_writing(file_);
}

}  // namespace rota::inline v1
