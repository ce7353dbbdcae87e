// SPDX-License-Identifier: Apache-2.0
// Where executions run, as an interface: what a runner hands over, what it is told, and how it ends one.
// Knows nothing of graphs, plans and the log.
#pragma once

#include <rota/base_task.h>
#include <rota/execution_log.h>
#include <rota/policy.h>
#include <rota/task_class.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace rota::inline v1 {

struct ExecutionLimits {
  std::optional<std::chrono::milliseconds> timeout = {};  // from the moment it begins
  // Largest resident size of its processes together, the processor time of each of them, and what they print.
  // Executors without processes do not keep them.
  std::optional<std::uint64_t> memory_bytes = {};
  std::optional<std::chrono::seconds> cpu_time = {};
  std::optional<std::uint64_t> output_bytes = {};
};

struct ExecutionRequest {
  std::uint64_t number = 0;  // the runner's name for it, unique among those under way
  TaskClassPtr task_class;
  Arguments arguments = {};
  std::string task_run_id = {};
  std::filesystem::path project_root = {};
  std::filesystem::path output_file = {};  // for what it prints; made when it prints something
  ExecutionLimits limits = {};
  bool is_fresh = false;  // in a process of its own
  bool enable_checkpoints = false;
  bool force_restart = false;
};

struct ExecutionReport {
  enum class Kind : std::uint8_t {
    began,
    logged,  // level, message
    ended,   // end, duration
  };
  Kind kind = Kind::began;
  std::uint64_t number = 0;
  std::size_t worker = 0;  // from 1; where it runs
  LogLevel level = LogLevel::info;
  std::string message = {};
  ExecutionEnd end = {};
  std::chrono::microseconds duration{0};
  unsigned failure = 0;  // RetryOn: what kind of failure it was; 0: none
};

// Each step includes those before it.
enum class CancelStep : std::uint8_t {
  withdraw,   // do not begin it; one that has begun goes on
  terminate,  // ask it to end: the stop token of the task, SIGTERM to its processes
  kill,       // end it now, as far as the executor can
};

// Used by one thread at a time, but for wake(). Destroying it ends what is under way, without reports.
class Executor {
 public:
  using Clock = std::chrono::steady_clock;

  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  // How many executions it runs at a time.
  virtual std::size_t slots() const noexcept = 0;
  // Takes it; it begins when there is room, in the order of submission. Throws nothing of its failure: that is
  // a report.
  virtual void submit(ExecutionRequest request) = 0;
  // Waits until there is something to report, until wake(), or until the deadline, and appends the reports. For
  // each request comes `ended` once, after all else of it.
  virtual void poll(Clock::time_point deadline, std::vector<ExecutionReport>& reports) = 0;
  // Lets a poll() that waits, or else the next one, come back. From any thread.
  virtual void wake() noexcept = 0;
  // Without effect for one that has ended. Its end is reported as any.
  virtual void cancel(std::uint64_t number, CancelStep step) = 0;
  // For a runner that takes over after another one crashed: comes back once nothing that the crashed runner
  // started through an executor of this kind runs any more, or gives why that cannot be said. An executor whose
  // executions outlive their runner gives the ids of those that go on, and reports their ends.
  struct Reconciled {
    std::vector<std::string> go_on = {};
    std::string problem = {};  // a sentence; empty: none
  };
  virtual Reconciled reconcile(std::span<const Execution> active) = 0;
};

}  // namespace rota::inline v1
