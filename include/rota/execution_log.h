// SPDX-License-Identifier: Apache-2.0
// The durable history of executions, as an interface. Knows nothing of task classes, graphs or SQLite.
#pragma once

#include <rota/error.h>
#include <rota/export.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
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
  std::string content_hash = {};  // "xxh3:" and 32 hex digits (XXH3-128); empty: not known

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// Whether an execution read a file or wrote it. The numbers are stored and never change their meaning.
enum class FileDirection : std::uint8_t { input = 0, output = 1 };

// What is known when an execution begins.
struct ExecutionStart {
  std::string task_id = {};
  std::string task_type = "unknown";
  std::string version = {};
  std::string arguments = "{}";  // a JSON object, as of Arguments::to_json
  std::string run_id = {};       // of the run it belongs to; empty when it was run on its own
  std::string reason = {};       // why the plan ran it
  std::string fingerprint = {};  // of the code that runs; empty: not known
  int attempt = 1;               // which try of this task in its run, from 1
  int worker = 0;  // the place of its run in which it runs, from 1; 0: none, or not known
  std::string tags =
      "{}";  // what Execution::tags is to be; once written it stands there, and not here
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
  // What its start could not say, because it was written before the execution really began; when the end is written,
  // Execution::started_at and ExecutionStart::worker take it over, and here it is empty again.
  std::optional<std::chrono::microseconds> duration =
      {};          // how long it took; nullopt: since its start was written
  int worker = 0;  // the place of its run in which it ran, from 1; 0: as the start said
};

// The right to end one execution: who holds an old epoch cannot.
struct ExecutionHandle {
  std::string task_run_id = {};  // UUID, version 4, lower case
  std::int64_t epoch = 0;
};

// One write among several that are made in one step (ExecutionLog::write_executions): what to do, and what
// became of it.
struct ExecutionChange {
  enum class Kind : std::uint8_t {
    begin,   // begin_execution(start); gives `handle`
    finish,  // finish_execution(handle, end); gives `done`
    record,  // record_task_execution(start, end); gives handle.task_run_id
  };
  Kind kind = Kind::begin;
  ExecutionStart start = {};
  ExecutionEnd end = {};
  ExecutionHandle handle = {};
  bool done = false;              // what it asked for is in the log
  std::exception_ptr error = {};  // what the single write would have thrown
};

struct Execution {
  std::string task_run_id = {};
  ExecutionStart start = {};
  ExecutionEnd end = {};  // its state is the present one; while active, the rest is empty but for
                          // the files that were tracked so far
  std::int64_t started_sequence = 0;
  std::int64_t finished_sequence = 0;  // 0 while active
  TimePoint started_at{};
  std::optional<TimePoint> finished_at = {};  // never before started_at
  std::int64_t epoch = 0;
  Owner owner = {};
  std::string notes = {};              // free text, may be changed after the end
  std::string tags = "{}";             // a JSON object, may be changed after the end
  std::string imported_fields = "{}";  // what an imported record had besides: a JSON object
  std::int64_t changed_sequence = 0;   // of its last change: its start, its end, or an update

  ExecutionState state() const noexcept { return end.state; }
};

struct HistoryQuery {
  std::optional<std::string> task_id = {};
  std::optional<ExecutionState> state = {};
  std::int64_t before_sequence = 0;  // only executions that started before it; 0: from the newest
  std::size_t limit = 100;           // 0: all
  bool success_only = false;         // only successes; nothing where `state` is another one
  std::optional<std::string> run_id = {};  // only executions of that run
  // Only executions that started at `since` or later, and before `until`, by their started_at. What
  // the clock says has no order, so that executions are gone through from the newest start on until
  // `limit` are found; the same holds for run_id.
  std::optional<TimePoint> since = {};
  std::optional<TimePoint> until = {};
};

// ---- keeping the log in order ----

// The free fields of an execution; nullopt leaves one as it is.
struct RecordUpdate {
  std::optional<std::string> notes = {};
  std::optional<std::string> tags = {};  // a JSON object
};

// Which executions are old. One is, when either rule says so, or when it is named; without rules and
// names none is.
struct CleanupRule {
  std::optional<std::chrono::seconds> max_age = {};  // those that ended longer ago
  std::optional<std::size_t> max_per_task = {};      // all but so many newest of each task
  std::vector<std::string> task_run_ids = {};        // these, also where they would be kept
  bool dry_run = false;                              // only tell what would be removed
};

enum class KeptBecause : std::uint8_t {
  active,               // it has no end yet
  latest_success,       // of its task
  makes_existing_file,  // of all executions the newest that has this file as output
};

ROTA_EXPORT std::string_view to_string(KeptBecause reason) noexcept;

struct CleanupEntry {
  std::string task_run_id = {};
  std::string task_id = {};
  ExecutionState state = ExecutionState::success;
  std::int64_t started_sequence = 0;
  TimePoint started_at{};
  std::string output_path =
      {};  // of the file of what it printed, which is left as it is; empty: none
};

// An execution that is old and stays all the same.
struct KeptExecution {
  CleanupEntry execution = {};
  KeptBecause reason = KeptBecause::active;
  std::string path = {};  // of the file that exists
};

// Oldest start first.
struct CleanupResult {
  std::vector<CleanupEntry> removed = {};  // or would be, in a dry run
  std::vector<KeptExecution> kept = {};
  std::vector<std::string> unknown = {};  // names that no execution has, in the order of the rule
};

// Something that should never be in a log.
struct LogFinding {
  // "integrity", "sequence", "state", "end", "active", "times", "arguments", "metrics", "tags", "files",
  // "resources", "runs", "tasks"
  std::string rule = {};
  std::string task_run_id = {};  // of the execution; empty where it is about none
  std::string message = {};      // what is wrong and where, in one line
};

// Which uses of a file are looked for. An execution uses it from its start to its end.
struct FileUseQuery {
  std::string path = {};  // as it stands in FileStamp::path; see ExecutionLog::path_in_log
  FileDirection direction = FileDirection::output;
  std::int64_t after_sequence = 0;         // only executions that started after it
  std::int64_t before_sequence = 0;        // only those that started before it; 0: to the newest
  std::int64_t ended_before_sequence = 0;  // only those that ended before it; 0: active ones too
  bool oldest_first = false;
  std::size_t limit = 100;  // 0: all
};

// That one execution read or wrote a file.
struct FileUse {
  std::string task_run_id = {};
  std::int64_t started_sequence = 0;
  std::int64_t finished_sequence = 0;  // 0 while active
  FileStamp stamp = {};
};

// ---- what a plan asks ----

// What a plan has to know of an execution. The texts and files are valid during the call that they are given to.
struct PastExecution {
  std::int64_t started_sequence = 0;
  std::int64_t finished_sequence = 0;  // 0 while active
  ExecutionState state = ExecutionState::success;
  TimePoint started_at{};
  std::optional<TimePoint> finished_at = {};
  std::string_view version = {};
  std::string_view arguments = {};
  std::string_view fingerprint = {};
  std::span<const FileStamp> inputs = {};
  std::span<const FileStamp> outputs = {};
};

// Is given the position of the task among those that were asked for.
using TakePastExecution = std::function<void(std::size_t position, const PastExecution&)>;

// ---- runs and their plans ----

// What is known when a run begins.
struct RunStart {
  std::string run_id = {};
  std::string plan_hash =
      {};  // the name of its plan: "sha256:" and 64 hex digits of what the plan says
  std::string resumes = {};  // run_id of the run that it goes on with; empty: none
};

struct RecordedRun {
  RunStart start = {};
  std::int64_t after_sequence =
      0;  // the log's last number when it began: its executions have later ones
  TimePoint started_at{};
  std::optional<TimePoint> finished_at = {};  // nothing: it goes on, or its owner died
  Owner owner = {};
};

// ---- import and export ----

enum class ImportMode : std::uint8_t {
  merge,    // add what is not there yet
  replace,  // the executions that are there go, all of them
};

// What became of an execution that was to be added.
enum class ImportedAs : std::uint8_t {
  added,
  known,     // it was there before the import, with the same content
  differs,   // its task_run_id was there before, with another content: not added
  repeated,  // its task_run_id was added by this import already: not added
};

struct ImportAnswer {
  ImportedAs as = ImportedAs::added;
  std::string difference = {};  // for `differs`: which field is another one, for a person
};

// Adds a whole execution that has ended, with its task_run_id and its times. The log gives it its sequences and names
// its files as it stores them, in its place.
using AddExecution = std::function<ImportAnswer(Execution&)>;

struct ExecutionFilter {
  std::optional<std::string> task_id = {};
  std::optional<ExecutionState> state = {};
};

// One state of a log, which later writes do not change.
class ROTA_EXPORT LogSnapshot {
 public:
  LogSnapshot() = default;
  LogSnapshot(const LogSnapshot&) = delete;
  LogSnapshot& operator=(const LogSnapshot&) = delete;
  virtual ~LogSnapshot();

  // Oldest start first; ends when `take` gives false. `take` may look up tasks, and not go through executions.
  virtual void for_each_execution(const ExecutionFilter& filter,
                                  const std::function<bool(const Execution&)>& take) const = 0;
  // Of each task, by id in byte order, the newest execution that really ran and has ended; ends when `take`
  // gives false.
  virtual void for_each_latest_execution(
      const std::function<bool(const Execution&)>& take) const = 0;
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
  // Makes these writes one after the other, each as if it were made alone, where the log can in one durable
  // step. One that is refused has its error and takes nothing of the others with it. Throws nothing.
  virtual void write_executions(std::span<ExecutionChange> changes) noexcept;
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
  // The same for many tasks at once, as a plan needs it, each id given once: calls `take` at least with what
  // find_latest_execution gives for each of them in both ways, and perhaps with other executions of theirs that
  // really ran; in any order, some of them twice, all of one state of the log. `take` must not use the log. The
  // cost of many tasks is that of reading the log once, where that is less than looking each of them up.
  virtual void find_latest_executions(std::span<const std::string_view> task_ids,
                                      const TakePastExecution& take) const = 0;

  // ---- runs and their plans ----
  //
  // A run is one pass through a plan. Its plan is a text that is kept once, under the hash of it, however often
  // it is run; the log does not look into it. A cleanup also removes the runs that have ended and of which no
  // execution is left, but for the newest, and the plans that no run has any more; ImportMode::replace removes
  // all.

  // False for a log that would not keep them: the text of a plan need not be made for it.
  virtual bool keeps_runs() const { return true; }
  // Writes that a run of this process has begun, with its plan where that is not there yet, in one durable step.
  // Throws LogError for a run that is there already, and for a text that is not that of the hash.
  virtual void begin_run(const RunStart& start, std::string_view plan) = 0;
  // Writes that it has ended. False when it has an end already, or is not there.
  virtual bool finish_run(std::string_view run_id) = 0;
  virtual std::optional<RecordedRun> find_run(std::string_view run_id) const = 0;
  // Newest start first; limit 0: all.
  virtual std::vector<RecordedRun> get_run_history(std::size_t limit) const = 0;
  virtual std::optional<std::string> find_plan(std::string_view plan_hash) const = 0;

  // ---- files of executions -------------------------------------------------------------------------
  //
  // A file has one name in a log, whatever it was called: relative to the project root where it is
  // inside, else absolute, without `.`, `..`, doubled or last slashes. The paths of stamps are made so
  // when they are written, a relative one being relative to the project root. Those members that take a
  // std::filesystem::path take it as a shell does, a relative one being relative to the current folder;
  // for a path of a stamp give project_root() / stamp.path. Symbolic links are kept as they are named,
  // but for those that lead to the project root or into the project from outside.
  //
  // Within an execution a file counts once in each direction, with the stamp that was given last; a
  // content hash is kept where that one has none and says the same size and time.

  // The folder that relative paths in the log are relative to; absolute.
  virtual std::filesystem::path project_root() const = 0;
  // The name of a file in this log. Throws LogError for an empty path.
  std::string path_in_log(const std::filesystem::path& path) const;
  // How the file is now, with its content hash; it is read once, in pieces. Throws LogError where it
  // cannot be read, is no regular file, or does not stop changing while it is read.
  FileStamp stamp_file(const std::filesystem::path& path) const;

  // Adds files to an execution, active or ended, in one durable step. Throws LogError where there is no
  // such execution.
  virtual void track_files(std::string_view task_run_id, FileDirection direction,
                           const std::vector<FileStamp>& files) = 0;
  // The same with files as they are now (stamp_file).
  void track_input_files(std::string_view task_run_id,
                         const std::vector<std::filesystem::path>& paths);
  void track_output_files(std::string_view task_run_id,
                          const std::vector<std::filesystem::path>& paths);
  // The same for the newest execution of a task that really ran, as find_latest_execution gives it,
  // whether it has ended or not; gives its task_run_id. Throws LogError where the task never ran.
  std::string track_input_files_of_task(std::string_view task_id,
                                        const std::vector<std::filesystem::path>& paths);
  std::string track_output_files_of_task(std::string_view task_id,
                                         const std::vector<std::filesystem::path>& paths);

  // Executions that used a file and really ran, in whatever state: one that failed or was lost may have
  // written it all the same. By the sequence of their starts, found by an index.
  virtual std::vector<FileUse> find_file_uses(const FileUseQuery& query) const = 0;
  // The newest execution that has the file as an output: look at its state.
  std::optional<Execution> find_task_by_output(const std::filesystem::path& path) const;
  // Those that have it as an input, newest first; limit 0: all.
  std::vector<Execution> find_tasks_by_input(const std::filesystem::path& path,
                                             std::size_t limit = 100) const;

  // ---- keeping the log in order ----

  // Changes the free fields of an execution, whatever its state; nothing else of it can be changed.
  // False when there is no such execution. Throws LogError for tags that are no JSON object.
  virtual bool update_execution_record(std::string_view task_run_id,
                                       const RecordUpdate& update) = 0;
  // Removes an execution with its files, whatever it is: it has been named. Where it is still active,
  // its owner cannot write its end any more. False when there is no such execution.
  virtual bool remove_execution_record(std::string_view task_run_id) = 0;
  // Removes old executions in one step, and tells which, and which were kept and why. Kept are an
  // active execution, the latest success of a task and the producer of a file that exists, unless
  // they are named. Numbers of the sequence are never given again.
  virtual CleanupResult cleanup_old_executions(const CleanupRule& rule) = 0;
  // Looks for what should never be in a log, and names each. It reads all of it.
  virtual std::vector<LogFinding> validate_execution_log() const = 0;

  // ---- following the log ----

  // The last number that was given to a start, an end or an update; 0 in a new log.
  virtual std::int64_t last_sequence() const = 0;
  // The executions that were changed after `sequence`, by the order of their last changes; the first
  // `limit` of them, 0: all. Removals are not told. Found by an index.
  virtual std::vector<Execution> changes_since(std::int64_t sequence, std::size_t limit) const = 0;
  // The same, but where there are none it waits for them, at most that long.
  virtual std::vector<Execution> watch(std::int64_t sequence, std::size_t limit,
                                       std::chrono::milliseconds timeout) const = 0;
  // The ids of executions that begin so, in byte order, at most `limit`. Found by an index.
  virtual std::vector<std::string> find_task_run_ids(std::string_view prefix,
                                                     std::size_t limit) const = 0;

  // ---- import and export ----

  // Calls `produce` inside of one transaction: all that it adds is in the log when this returns, and nothing of
  // it when `produce` throws. It must not use the log otherwise, and may be called from another thread. Other
  // writers wait. AlreadyRunningError: ImportMode::replace while an execution is active.
  virtual void import_executions(ImportMode mode,
                                 const std::function<void(const AddExecution&)>& produce) = 0;
  // Calls `read` with one state of the log. Writers do not wait for it, but for a log without a WAL, as on file
  // systems that hosts share.
  virtual void read_snapshot(const std::function<void(const LogSnapshot&)>& read) const = 0;

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

// A log that lives and dies with the object: for tests, and hosts that ask what has just run. An empty
// project_root is the current folder.
ROTA_EXPORT std::unique_ptr<ExecutionLog> open_memory_log(const LogOptions& options = {});

// A log that keeps nothing, for hosts that want no history: all that is written to it is accepted, and nothing is
// found in it. So nothing is ever up to date, the same task may run twice at the same time, and files cannot
// be tracked after an end; imports are refused.
ROTA_EXPORT std::unique_ptr<ExecutionLog> open_null_log(const LogOptions& options = {});

// A log in an SQLite file, made with its folder (mode 0700, the file 0600) where there is none. Throws
// LogError when the path is not a log of ours, is of a newer version, or cannot be opened.
ROTA_EXPORT std::unique_ptr<ExecutionLog> open_sqlite_log(const std::filesystem::path& path,
                                                          const LogOptions& options = {});

// The log of this process: where ROTA_LOG points, else `.rota/log.db` under the project root (see
// project.h). Opened at the first call; throws LogError then and at every later call until it works.
ROTA_EXPORT ExecutionLog& process_log();

}  // namespace rota::inline v1
