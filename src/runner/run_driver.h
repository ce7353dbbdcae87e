// SPDX-License-Identifier: Apache-2.0
// One run of a plan under way: which task waits for what, and what became of each. All on one thread; the executor
// and the log's queue have threads of their own. Knows the executor only by its interface.
//
// An attempt of a task goes through these: its start is queued for the log; once that is written, it is handed to
// the executor; its end is queued; once that is written, it counts. What needs it may be queued right behind its
// end, in the same write: so that it never begins before the end is durable, and no write is waited for twice.
#pragma once

#include "executor/executor.h"
#include "runner/log_queue.h"
#include "runner/pools.h"
#include "runner/ready_tasks.h"
#include "runner/task_policies.h"
#include <rota/runner.h>

#include <deque>
#include <exception>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace rota::inline v1 {

class RunDriver {
 public:
  // Throws PlanError for a pool that is not there.
  RunDriver(const Plan& plan, ExecutionLog& log, const RunOptions& options, RunSummary& summary);

  // Hands over tasks as they become ready; comes back when nothing is under way and nothing can begin.
  void drive(Executor& executor);

 private:
  using Clock = Executor::Clock;
  struct Attempt {
    ExecutionHandle handle = {};
    ExecutionReport report = {};  // its end
    std::size_t place = 0;        // of the run, from 1; 0: begun ahead, and not known yet
    std::string run_before = {};  // the task_run_id of the attempt before
    bool is_submitted = false;
    bool has_begun = false;
    bool has_ended = false;

    // Its start was written, and it was withdrawn before anything of it ran.
    bool never_began() const noexcept {
      return has_ended && !has_begun && report.end.state == ExecutionState::cancelled;
    }
  };
  struct UpstreamFailure {
    TaskIndex task;
    TaskIndex cause;
  };

  void begin_plan();
  bool may_begin() const;
  bool is_done() const;
  Clock::time_point next_moment() const;

  // Beginning.
  std::size_t most_under_way() const;
  void make_ready(TaskIndex task) { ready_.add(entry_of(task)); }
  ReadyTasks::Entry entry_of(TaskIndex task) const;
  void begin_what_is_ready();
  void take_written_begin(TaskIndex task, QueuedChange& written);
  void submit(TaskIndex task);

  // Ending.
  void take_report(ExecutionReport& report);
  void take_end(TaskIndex task, ExecutionReport& report);
  void take_written_end(TaskIndex task, QueuedChange& written);
  void leave(TaskIndex task);
  bool wants_retry(TaskIndex task, const ExecutionReport& report) const;
  void retry(TaskIndex task, const TaskOutcome& outcome);
  void settle(TaskIndex task);
  void withdraw(TaskIndex task);

  // What follows.
  void release_dependents(TaskIndex task);
  void fail_dependents(TaskIndex task);
  void record_upstream_failures();
  void take_written_record(TaskIndex task, QueuedChange& written);

  void take_written();
  void fail_log(TaskOutcome& outcome, const std::exception_ptr& error);
  void act_on_requests();
  void tell(const std::function<void(RunObserver&)>& what);
  std::size_t take_place();
  std::string reason_of(const PlanStep& step) const;
  ExecutionStart describe_start(const PlanStep& step, std::size_t place) const;

  const Plan& plan_;
  ExecutionLog& log_;
  const RunOptions& options_;
  RunSummary& summary_;
  Pools pools_;
  const TaskPolicies policies_;
  const std::vector<std::int64_t> lengths_;
  ReadyTasks ready_;

  Executor* executor_ = nullptr;
  LogQueue* queue_ = nullptr;
  std::vector<QueuedChange> changes_;  // for the queue
  std::vector<std::uint32_t>
      waiting_for_;  // by task: how many of its dependencies have yet to succeed
  std::unordered_map<TaskIndex, Attempt> attempts_;  // under way, to the write of their ends
  std::size_t occupied_ = 0;                         // of these, those that have not ended
  std::deque<UpstreamFailure> upstream_failures_;    // still to be recorded
  std::size_t records_under_way_ = 0;
  std::set<std::size_t> free_places_;

  std::chrono::nanoseconds typical_duration_{0};
  std::size_t ended_count_ = 0;
  CancelStep told_executor_ = CancelStep::withdraw;
  bool has_withdrawn_ = false;
  bool has_failed_ = false;
  std::exception_ptr observer_error_;
  std::minstd_rand random_;
};

}  // namespace rota::inline v1
