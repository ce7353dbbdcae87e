// SPDX-License-Identifier: Apache-2.0
// The durable history of executions, as an interface. Knows nothing of task classes, graphs or SQLite.
#pragma once

#include <rota/error.h>
#include <rota/export.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// The life of an execution:
//
//   submitted --> running --> success | failed | timeout | cancelled | lost
//   (written in one step:)    skipped_up_to_date | upstream_failed | blocked
//
// The numbers are stored and never change their meaning.
enum class ExecutionState : std::uint8_t {
  submitted = 0,           // handed to an executor, not begun
  running = 1,             // begun; its owner lives, or has died unnoticed
  success = 2,             // ended, and did what it should
  failed = 3,              // ended with an error
  timeout = 4,             // stopped for taking longer than allowed
  cancelled = 5,           // stopped by a person or by the end of the run
  lost = 6,                // its owner died before it wrote an end
  skipped_up_to_date = 7,  // not run: its last success still holds
  upstream_failed = 8,     // not run: what it needs failed in the same run
  blocked = 9,             // not run: what it needs is not there
};

ROTA_EXPORT std::string_view to_string(ExecutionState state) noexcept;
ROTA_EXPORT std::optional<ExecutionState> parse_execution_state(std::string_view name) noexcept;
// True for submitted and running: all other states are final.
ROTA_EXPORT bool is_active(ExecutionState state) noexcept;

// Microseconds since 1970-01-01T00:00:00Z. For people: the order of executions is the sequence.
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

// The process that an execution belongs to, told so that a later process with the same number is not
// taken for it.
struct Owner {
  std::string host = {};
  std::string boot_id = {};  // of the running kernel; in a PID namespace also "/pid:[N]"
  std::int64_t pid = 0;
  std::int64_t start_ticks = 0;  // when the process began, in clock ticks since boot

  friend bool operator==(const Owner&, const Owner&) = default;
};

// A file that an execution read or wrote, and how it was found at that moment.
struct FileStamp {
  std::string path = {};  // relative to the project root where it is inside, else absolute
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_nanoseconds = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// What is known when an execution begins.
struct ExecutionStart {
  std::string task_id = {};
  std::string task_type = "unknown";
  std::string version = {};
  std::string arguments = "{}";  // as of Arguments::to_json
  std::string run_id = {};       // of the run it belongs to; empty when it was run on its own
  std::string reason = {};       // why the plan ran it
};

// What is known when it ends.
struct ExecutionEnd {
  ExecutionState state = ExecutionState::success;  // a final one
  std::string message = {};                        // what went wrong; empty for success
  std::vector<FileStamp> inputs = {};
  std::vector<FileStamp> outputs = {};
  std::string metrics = "{}";  // a JSON object
  // How the process it ran in ended, and what it used; nullopt: none, or unknown.
  std::optional<int> exit_code = {};
  std::optional<int> signal = {};
  std::string output_path = {};                            // the file of what it printed
  std::optional<std::chrono::microseconds> cpu_time = {};  // user and system
  std::optional<std::uint64_t> peak_memory_bytes = {};     // largest resident size
};

// The right to end one execution: who holds an old epoch cannot.
struct ExecutionHandle {
  std::string task_run_id = {};  // UUID, version 4, lower case
  std::int64_t epoch = 0;
};

struct Execution {
  std::string task_run_id = {};
  ExecutionStart start = {};
  ExecutionEnd end = {};  // its state is the present one; the rest is empty while active
  std::int64_t started_sequence = 0;
  std::int64_t finished_sequence = 0;  // 0 while active
  TimePoint started_at{};
  std::optional<TimePoint> finished_at = {};
  std::int64_t epoch = 0;
  Owner owner = {};
  std::string notes = {};              // free text, may be changed after the end
  std::string tags = "{}";             // a JSON object, may be changed after the end
  std::string imported_fields = "{}";  // what an imported record had besides: a JSON object

  ExecutionState state() const noexcept { return end.state; }
};

struct HistoryQuery {
  std::optional<std::string> task_id = {};
  std::optional<ExecutionState> state = {};
  std::int64_t before_sequence = 0;  // only executions that started before it; 0: from the newest
  std::size_t limit = 100;           // 0: all
};

// All members may be called from any thread. A write that returns is durable; one that throws LogError
// has changed nothing. Order is the order of commits: a sequence number that grows with each start and
// each end, never the clock.
class ROTA_EXPORT ExecutionLog {
 public:
  ExecutionLog() = default;
  ExecutionLog(const ExecutionLog&) = delete;
  ExecutionLog& operator=(const ExecutionLog&) = delete;
  virtual ~ExecutionLog();

  // Writes that an execution has begun, owned by this process. Where the same task runs already with
  // the same arguments: AlreadyRunningError names its owner; if that owner is dead, its execution
  // becomes `lost` in the same step and this one begins.
  virtual ExecutionHandle begin_execution(const ExecutionStart& start) = 0;
  // Writes its end. False when it has an end already, or the handle's epoch is old: nothing changes.
  virtual bool finish_execution(const ExecutionHandle& handle, const ExecutionEnd& end) = 0;
  // Writes a whole execution in one durable step; gives its task_run_id. Its state must be final.
  virtual std::string record_task_execution(const ExecutionStart& start,
                                            const ExecutionEnd& end) = 0;
  // Marks as `lost` every active execution of this host whose owner is dead; gives how many.
  virtual std::size_t mark_lost_executions() = 0;

  // Newest start first.
  virtual std::vector<Execution> get_task_execution_history(const HistoryQuery& query) const = 0;
  // The newest execution of a task that really ran (not skipped, upstream_failed or blocked), by the
  // sequence of its start; with `success_only` the newest success by the sequence of its end. Found by
  // an index: the cost does not grow with the history.
  virtual std::optional<Execution> find_latest_execution(std::string_view task_id,
                                                         bool success_only) const = 0;
  virtual std::optional<Execution> find_execution(std::string_view task_run_id) const = 0;

  // Where the log is, as a person would name it: a path, or "memory".
  virtual std::string location() const = 0;

  // What a person should know of how it is kept, in one line; empty: nothing.
  virtual std::string remark() const { return {}; }
};

// The folder that relative paths of a log are relative to, and how an owner is told.
struct LogOptions {
  std::filesystem::path project_root =
      {};                  // empty: the folder above the log's own `.rota`, else its folder
  bool read_only = false;  // open for looking only; the file must exist
};

// A log that lives and dies with the object: for tests, and hosts that want no history.
ROTA_EXPORT std::unique_ptr<ExecutionLog> open_memory_log();

// A log in an SQLite file, made with its folder (mode 0700, the file 0600) where there is none. Throws
// LogError when the path is not a log of ours, is of a newer version, or cannot be opened.
ROTA_EXPORT std::unique_ptr<ExecutionLog> open_sqlite_log(const std::filesystem::path& path,
                                                          const LogOptions& options = {});

// The log of this process: where ROTA_LOG points, else `.rota/log.db` under the project root (see
// project.h). Opened at the first call; throws LogError then and at every later call until it works.
ROTA_EXPORT ExecutionLog& process_log();

}  // namespace rota::inline v1
