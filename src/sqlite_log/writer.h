// SPDX-License-Identifier: Apache-2.0
// Writes for all threads of the process, many requests in one transaction. Knows nothing of what is written.
//
// Callers come together in batches. The first of a batch leads it: when the batch before is done, it takes all
// that has come by then into one transaction, waits for the disk once, and answers all. So one thread that
// writes alone waits for no other, and 64 share their waits. Before the transaction begins, the leader queues for a lock on a
// file beside the log: there the kernel lets sleeping processes in one after the other (who is still awake may pass
// them), while SQLite would have them sleep and try again.
//
// Where other processes wait for that lock too, it is given up before the wait for the disk, and the wait is
// shared with them (SharedSync). Nothing is answered before it is durable.
#pragma once

#include "os/file_lock.h"
#include "sqlite_log/database.h"
#include "sqlite_log/log_file.h"
#include "sqlite_log/shared_sync.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace rota::inline v1 {

class Writer {
 public:
  // Is run once more, from its beginning, where another request of the same transaction failed.
  using Work = std::function<void(Connection&)>;

  explicit Writer(LogFile file);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  // Does the work inside the next transaction, on the thread of one of the callers, and returns once that is
  // durable. Throws what the work threw, and nothing of it remains; or LogError when the transaction failed,
  // and nothing remains but where the message says so. Safe from any thread.
  void write(const Work& work) { queue_up(work, false); }
  // The same for work that cannot be run again: in a transaction of its own.
  void write_alone(const Work& work) { queue_up(work, true); }
  // Finishes what is queued and closes the file, which the next write opens again.
  void close_file() noexcept;
  // The same for good: a write that comes later throws LogError.
  void finish() noexcept;

 private:
  struct Request {
    const Work* work;
    std::exception_ptr error = {};
    Request* next = nullptr;
  };
  struct Batch : std::enable_shared_from_this<Batch> {
    explicit Batch(Request* request) noexcept : first(request), last(request) {}

    Request* const first;
    Request* last;
    std::atomic<bool> may_begin = false;
    std::atomic<bool> is_done = false;
    std::shared_ptr<Batch> next = {};
  };

  void close_when_idle(std::unique_lock<std::mutex>& hold) noexcept;
  void queue_up(const Work& work, bool alone);
  std::shared_ptr<Batch> join_or_make(Request& request, bool alone);
  void lead(Batch& batch);
  void commit_or_fail(Batch& batch) noexcept;
  void close(const Batch& batch) noexcept;
  void let_next_begin() noexcept;

  // By the leader of the batch that has begun.
  void commit(Batch& batch);
  void run_in_transaction(Batch& batch);
  bool run_all(Batch& batch);
  void prepare();
  bool take_gate();
  void set_syncs_itself(bool syncs_itself);
  void make_durable(std::uint64_t commit);
  bool is_all_in_the_database();

  const LogFile file_;
  std::mutex mutex_;  // guards the batches and the end
  std::condition_variable idle_;
  std::shared_ptr<Batch> first_;  // the one that has begun, or is the next to begin
  std::shared_ptr<Batch> last_;
  Batch* open_ = nullptr;  // that others may still join
  bool ending_ = false;

  // Of the leader of the batch that has begun.
  std::optional<FileLock> gate_;
  std::optional<SharedSync> shared_sync_;  // made when others first wait
  std::unique_ptr<Connection> connection_;
  int others_wait_ = 0;  // for so many transactions more others are expected to wait for the gate
  std::chrono::steady_clock::time_point gave_up_gate_ = {};
  bool has_wal_ = false;
  bool syncs_itself_ = true;      // the connection syncs at the end of a transaction
  bool sync_has_failed_ = false;  // and what it was for is not yet known to be durable
};

}  // namespace rota::inline v1
