// SPDX-License-Identifier: Apache-2.0
#include "task/run.h"

#include "task/file_stamp.h"

#include <unistd.h>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr const char* kNoException = "it threw something that is no std::exception";

std::string metrics_json(const Metrics& metrics) {
  if (metrics.empty()) return "{}";
  Arguments named;
  for (const auto& [name, value] : metrics) named.set(name, value);
  return named.to_json();
}

ExecutionState state_of(TaskStatus status) noexcept {
  if (status == TaskStatus::success) return ExecutionState::success;
  return status == TaskStatus::cancelled ? ExecutionState::cancelled : ExecutionState::failed;
}

}  // namespace

bool BaseTask::Run::go() {
  if (task_.status_ == TaskStatus::running) {
    task_.logger_.error("run() was called while the task is running; nothing was done");
    return false;
  }
  clear();
  if (!begin()) return false;
  return finish(go_through_steps());
}

void BaseTask::Run::clear() {
  task_.operations_.clear();
  task_.results_.clear();
  task_.artifacts_.clear();
  task_.inputs_.clear();
  task_.outputs_.clear();
  task_.metrics_.clear();
  task_.state_ = {};
  task_.error_.reset();
  task_.task_run_id_.clear();
  task_.status_ = TaskStatus::running;
}

bool BaseTask::Run::begin() {
  if (!is_valid_task_id(task_.task_id_)) {
    fail(TaskStatus::configuration_error, "configuration",
         fmt::format("'{}' is no task id; give the task one (1 to 200 of A-Z a-z 0-9 _ . -)",
                     task_.task_id_));
    return false;
  }
  try {
    std::filesystem::path& root = task_.context_.project_root;
    if (root.empty() || !task_.config_.project_root.empty()) root = task_.project_root();
    if (task_.context_.recorder == nullptr)
      log_ = task_.context_.log != nullptr ? task_.context_.log : &process_log();
    const ExecutionStart start{
        .task_id = task_.task_id_,
        .task_type = task_.task_type_.empty() ? "unknown" : task_.task_type_,
        .version = task_.version_,
        .arguments = log_ != nullptr ? task_.arguments_.to_json() : std::string(),
        .run_id = task_.context_.run_id,
        .reason = task_.context_.reason,
        .fingerprint = task_.fingerprint_};
    handle_ =
        log_ != nullptr ? log_->begin_execution(start) : task_.context_.recorder->begin(start);
    task_.task_run_id_ = handle_.task_run_id;
    process_ = ::getpid();
    return true;
  } catch (const AlreadyRunningError& error) {
    fail(TaskStatus::already_running, "already_running", error.what());
  } catch (const std::exception& error) {
    fail(TaskStatus::log_error, "log", error.what());
  }
  return false;
}

bool BaseTask::Run::go_through_steps() {
  if (task_.stop_requested()) {
    fail(TaskStatus::cancelled, "cancelled", "asked to stop before it began");
    return false;
  }
  bool succeeded = step("initialize", [this] { return task_.initialize(); }) && configure() &&
                   step("execute", [this] { return execute(); });
  const bool finalized = step("finalize", [&] { return task_.finalize(succeeded); });
  succeeded = succeeded && finalized;
  if (succeeded) task_.remove_checkpoint();
  if (succeeded) {
    task_.status_ = TaskStatus::success;
  } else if (task_.stop_requested() && task_.status_ != TaskStatus::configuration_error) {
    task_.status_ = TaskStatus::cancelled;
    if (!task_.error_) fail(TaskStatus::cancelled, "cancelled", "asked to stop");
  }
  return succeeded;
}

bool BaseTask::Run::execute() {
  struct Lock {
    bool& locked;
    explicit Lock(bool& flag) : locked(flag) { locked = true; }
    ~Lock() { locked = false; }
  };
  const Lock no_more_operations(task_.operations_are_run_);
  return task_.execute();
}

bool BaseTask::Run::configure() {
  const bool configured = step("configure_operations", [this] {
    task_.configure_operations();
    return true;
  });
  if (!configured) {
    task_.status_ = TaskStatus::configuration_error;
    return false;
  }
  if (!task_.operations_.empty()) return true;
  fail(TaskStatus::configuration_error, "configuration",
       "the task has no operations; call add_operation in configure_operations");
  return false;
}

bool BaseTask::Run::step(const char* name, const std::function<bool()>& function) {
  std::string type = "exception";
  std::string message;
  try {
    if (function()) return true;
    type = name;
    message = fmt::format("{} gave false", name);
  } catch (const std::exception& error) {
    message = fmt::format("{}: {}", name, error.what());
  } catch (...) {
    message = fmt::format("{}: {}", name, kNoException);
  }
  if (task_.status_ == TaskStatus::running) task_.status_ = TaskStatus::error;
  if (!task_.error_ && task_.status_ != TaskStatus::cancelled) {
    task_.log_failure(message);
    task_.error_ = ErrorDetails{std::move(type), std::move(message), {}};
  }
  return false;
}

void BaseTask::Run::fail(TaskStatus status, std::string type, std::string message) {
  task_.log_failure(message);
  task_.status_ = status;
  task_.error_ = ErrorDetails{std::move(type), std::move(message), {}};
}

bool BaseTask::Run::finish(bool succeeded) {
  if (process_ != ::getpid()) {
    fail(TaskStatus::log_error, "log",
         fmt::format("this process was forked in the middle of execution {}, of which its parent "
                     "writes the end; have the child end with _exit (in Python: os._exit)",
                     handle_.task_run_id));
    return false;
  }
  const ExecutionEnd end = describe_end(succeeded);
  try {
    if (log_ == nullptr) {
      task_.context_.recorder->finish(handle_, end);
      return task_.status_ == TaskStatus::success;
    }
    if (log_->finish_execution(handle_, end)) return task_.status_ == TaskStatus::success;
    const auto written = log_->find_execution(handle_.task_run_id);
    fail(
        TaskStatus::log_error, "log",
        fmt::format("execution {} was ended by another process as {}; what was done does not count",
                    handle_.task_run_id, written ? to_string(written->state()) : "removed"));
  } catch (const std::exception& error) {
    fail(TaskStatus::log_error, "log", error.what());
  }
  return false;
}

ExecutionEnd BaseTask::Run::describe_end(bool succeeded) {
  ExecutionEnd end;
  try {
    const std::filesystem::path& root = task_.context_.project_root;
    end.inputs = stamp_files(task_.inputs_, root, succeeded);
    end.outputs = stamp_files(task_.outputs_, root, succeeded);
    if (succeeded) {
      add_content_hashes(end.inputs, root, log_);
      add_content_hashes(end.outputs, root, log_);
    }
  } catch (const std::exception& error) {
    fail(TaskStatus::error, "tracking", error.what());
  }
  end.metrics = metrics_json(task_.metrics_);
  end.state = state_of(task_.status_);
  end.message = describe_error();
  return end;
}

std::string BaseTask::Run::describe_error() const {
  if (!task_.error_) return {};
  if (task_.error_->operation.empty()) return task_.error_->message;
  return fmt::format("{}: {}", task_.error_->operation, task_.error_->message);
}

}  // namespace rota::inline v1
