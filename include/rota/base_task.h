// SPDX-License-Identifier: Apache-2.0
// The base of all tasks: the life cycle of one execution. Knows nothing of graphs and runners.
#pragma once

#include <rota/arguments.h>
#include <rota/execution_log.h>
#include <rota/export.h>
#include <rota/logger.h>
#include <rota/operation.h>
#include <rota/task_metadata.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// Where an object stands. pending: not run yet. The rest is how the last run() went.
enum class TaskStatus : std::uint8_t {
  pending,
  running,
  success,
  error,                // an operation or a step of the life cycle failed
  configuration_error,  // configure_operations failed, or left no operation
  cancelled,            // stopped between two operations, or an operation returned early
  already_running,      // the same task with the same arguments runs elsewhere: nothing was done
  log_error,            // the execution could not be recorded: whatever was done does not count
};

ROTA_EXPORT std::string_view to_string(TaskStatus status) noexcept;

// What went wrong in the last run().
struct ErrorDetails {
  std::string type =
      {};  // "operation", "exception", "configuration", "initialize", "finalize", "log" ...
  std::string message = {};    // one line where its author wrote one line
  std::string operation = {};  // the operation it came from; empty for a step of the life cycle
};

struct TaskConfig {
  bool continue_on_error =
      false;  // after a failed operation do the others too; the task fails all the same
  std::filesystem::path project_root =
      {};  // what project_file() is relative to; empty: the process's project
  // After each operation that did not fail, what was done is saved in `.rota/checkpoints`. A later run() of the same
  // task with the same version, arguments, operations and inputs does not repeat it, until one succeeds.
  bool enable_checkpoints = false;
  bool force_restart = false;  // what was saved does not count
};

// Takes the start and the end of an execution in place of the log: for whoever runs a task on behalf of
// another process or thread, which writes the log. What it throws counts as a log that cannot be written.
class ROTA_EXPORT ExecutionRecorder {
 public:
  virtual ~ExecutionRecorder();
  virtual ExecutionHandle begin(const ExecutionStart& start) = 0;
  virtual void finish(const ExecutionHandle& handle, const ExecutionEnd& end) = 0;
};

// What surrounds one execution. A runner or host binds it before run(); without, run() writes to
// process_log() and the process's log sink.
struct ExecutionContext {
  ExecutionLog* log = nullptr;            // borrowed; must outlive run()
  ExecutionRecorder* recorder = nullptr;  // borrowed; where it is given, no log is written
  std::string run_id = {};
  std::string reason = {};
  std::filesystem::path project_root = {};
  std::stop_token stop = {};
  LogSink sink = {};
  bool enable_checkpoints = false;  // as in TaskConfig
  bool force_restart = false;
};

// A file that a task reads or writes.
struct TrackedFile {
  std::filesystem::path file;
  std::optional<FileStamp> stamp = {};  // nothing: it is looked at when the execution ends
};

// A task is one object, used from one thread at a time; request_stop() alone may come from any thread.
//
// run() does, in this order: writes the start to the log; initialize(); configure_operations(); execute(),
// which runs each operation through execute_operation() with the hooks around it; finalize(); writes the
// end to the log. finalize() is called whenever initialize() was. Nothing escapes run(): an exception
// becomes a failed execution with its message. A second run() begins anew: operations, results,
// artifacts, metrics and error are cleared first. run() from inside an operation of the same object gives
// false and changes nothing.
class ROTA_EXPORT BaseTask {
 public:
  // A task without a name of its own; the task class that makes it names it.
  BaseTask();
  BaseTask(std::string task_id, std::string task_type, std::string description);
  // Takes "task_id", "task_type" and "description" where they are among the arguments.
  explicit BaseTask(const Arguments& arguments);
  BaseTask(const BaseTask&) = delete;
  BaseTask& operator=(const BaseTask&) = delete;
  virtual ~BaseTask();

  const std::string& task_id() const noexcept { return task_id_; }
  const std::string& task_type() const noexcept { return task_type_; }
  const std::string& description() const noexcept { return description_; }
  const std::string& version() const noexcept { return version_; }
  // With the declared defaults filled in.
  const Arguments& arguments() const noexcept { return arguments_; }

  // True when every step succeeded and the log holds it. Does not throw.
  bool run() noexcept;

  // The steps, for a subclass to override; false or an exception fails the execution.
  virtual bool initialize() { return true; }
  virtual void configure_operations() = 0;
  virtual bool execute();
  virtual bool finalize(bool success) {
    (void)success;
    return true;
  }
  virtual void pre_operation_hook(std::string_view operation_name) { (void)operation_name; }
  virtual void post_operation_hook(std::string_view operation_name, const OperationResult& result) {
    (void)operation_name;
    (void)result;
  }
  // Runs one operation and keeps its result under its name. An exception becomes a failed result.
  virtual OperationResult execute_operation(const Operation& operation);

  // For configure_operations(). Throws ArgumentError for an empty name, one that is taken, no function, or
  // once the operations are being run.
  void add_operation(std::string name, OperationFunction function);
  const std::vector<Operation>& operations() const noexcept { return operations_; }

  TaskConfig& config() noexcept { return config_; }
  const TaskConfig& config() const noexcept { return config_; }
  const Logger& logger() const noexcept { return logger_; }

  // A path below the project root; an absolute path stays as it is.
  std::filesystem::path project_file(const std::filesystem::path& path) const;
  // Tell what the execution reads and writes: that is how a later plan sees that something changed.
  // The state of an input (size, mtime) is taken when it is told, so that one that changes under the
  // task is seen as changed by the next plan; that of an output when the execution ends. A file that is
  // not there by then fails the execution. When the execution has succeeded, the content of each is hashed too,
  // unless the log knows the hash of a file of that name, size and time.
  void track_input(const std::filesystem::path& path);
  void track_output(const std::filesystem::path& path);
  // Also an output.
  void add_artifact(std::filesystem::path path, std::string description = {});
  void set_metric(std::string name, Value value);
  // What operations leave to those after them, also across a crash where checkpoints are enabled: saved with the
  // operation that sets it.
  void set_state(std::string_view name, Value value) { state_.set(name, std::move(value)); }
  const Arguments& state() const noexcept { return state_; }

  // How the last run() went.
  TaskStatus status() const noexcept { return status_; }
  const std::optional<ErrorDetails>& error_details() const noexcept { return error_; }
  const std::map<std::string, OperationResult, std::less<>>& results() const noexcept {
    return results_;
  }
  const std::vector<Artifact>& artifacts() const noexcept { return artifacts_; }
  const Metrics& metrics() const noexcept { return metrics_; }
  // Of the last run() that began; empty before.
  const std::string& task_run_id() const noexcept { return task_run_id_; }

  // Asks the run to end: operations see it as OperationContext::cancelled(), and none begins after it.
  // Holds for later runs of this object too.
  void request_stop() noexcept { stop_source_.request_stop(); }
  bool stop_requested() const noexcept;

  // Used by task classes right after construction: fills in what the constructor left open. `fingerprint` is
  // that of the class. Throws TaskRegistryError when the constructor chose another id.
  void bind_identity(const TaskMetadata& metadata, const Arguments& arguments,
                     std::string_view fingerprint = {});
  void bind_context(ExecutionContext context);

 private:
  bool uses_checkpoints() const noexcept;
  void save_checkpoint(std::size_t operations_done);
  std::size_t restore_checkpoint();
  void remove_checkpoint() const;
  void log_failure(const std::string& message) const;
  void log_result(const std::string& operation, const OperationResult& result) const;
  std::filesystem::path project_root() const;

  class Run;  // one pass through the life cycle (src/task/run.h)

  std::string task_id_;
  std::string task_type_;
  std::string description_;
  std::string version_;
  std::string fingerprint_;
  Arguments arguments_;
  TaskConfig config_;
  ExecutionContext context_;
  std::stop_source stop_source_;
  Logger logger_;
  std::vector<Operation> operations_;
  std::map<std::string, OperationResult, std::less<>> results_;
  std::vector<Artifact> artifacts_;
  std::vector<TrackedFile> inputs_;
  std::vector<TrackedFile> outputs_;
  Metrics metrics_;
  Arguments state_;
  TaskStatus status_ = TaskStatus::pending;
  bool operations_are_run_ = false;
  std::optional<ErrorDetails> error_;
  std::string task_run_id_;
};

}  // namespace rota::inline v1
