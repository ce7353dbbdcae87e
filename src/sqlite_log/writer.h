// SPDX-License-Identifier: Apache-2.0
// One thread that writes for all threads of the process. Knows nothing of what is written.
//
// Callers queue and wait. The thread takes all that is queued into one transaction, so that one wait for
// the disk serves many; each request is in a savepoint of its own, so that one that fails takes nothing
// of the others with it. Answers are given after the commit. Before the transaction begins, the thread
// queues for a lock on a file beside the log: there the kernel lets waiting processes in one after the
// other, while SQLite would have them sleep and try again.
#pragma once

#include "os/file_lock.h"
#include "sqlite_log/database.h"
#include "sqlite_log/log_file.h"

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace rota::inline v1 {

class Writer {
 public:
  using Work = std::function<void(Connection&)>;

  explicit Writer(LogFile file);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  // Does the work inside the next transaction and returns once that is durable. Throws what the work threw,
  // or LogError when the transaction failed; either way nothing of the work remains. Safe from any thread.
  void write(const Work& work);
  // Finishes what is queued, closes the file and ends the thread. A write that comes later throws LogError.
  void finish() noexcept;

 private:
  struct Request {
    const Work* work;
    std::exception_ptr error = {};
    bool answered = false;
    std::condition_variable answer = {};
  };
  using Batch = std::vector<Request*>;

  void start_thread();
  void serve();
  void commit(const Batch& batch);
  void prepare();

  const LogFile file_;
  std::mutex mutex_;  // guards the queue, its end, and the requests' answers
  std::condition_variable queued_;
  Batch queue_;
  bool ending_ = false;
  std::thread thread_;  // begins at the first write

  // Of the thread alone.
  std::optional<FileLock> gate_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace rota::inline v1
