// SPDX-License-Identifier: Apache-2.0
// What a task is and tells; the life cycle of one execution is in run.cc.
#include "task/file_stamp.h"
#include "task/run.h"
#include <rota/base_task.h>
#include <rota/project.h>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

const TaskMetadata& defaults() {
  static const auto* metadata = new TaskMetadata;
  return *metadata;
}

}  // namespace

std::string_view to_string(TaskStatus status) noexcept {
  constexpr std::string_view kNames[] = {
      "pending",   "running",         "success",  "error", "configuration_error",
      "cancelled", "already_running", "log_error"};
  return kNames[static_cast<std::size_t>(status)];
}

ExecutionRecorder::~ExecutionRecorder() = default;

BaseTask::BaseTask() : BaseTask(std::string(), std::string(), std::string()) {}

BaseTask::BaseTask(std::string task_id, std::string task_type, std::string description)
    : task_id_(std::move(task_id)),
      task_type_(std::move(task_type)),
      description_(std::move(description)),
      version_(defaults().version),
      logger_(task_id_) {}

BaseTask::BaseTask(const Arguments& arguments)
    : BaseTask(arguments.get<std::string>("task_id", {}),
               arguments.get<std::string>("task_type", {}),
               arguments.get<std::string>("description", {})) {
  arguments_ = arguments;
  for (const char* name : {"task_id", "task_type", "description"}) arguments_.erase(name);
}

BaseTask::~BaseTask() = default;

bool BaseTask::run() noexcept {
  try {
    return Run(*this).go();
  } catch (...) {
    // Out of memory while an error was being told: there is no room for words.
    status_ = TaskStatus::error;
    return false;
  }
}

bool BaseTask::execute() {
  bool all_succeeded = true;
  const std::size_t done_before = restore_checkpoint();
  for (std::size_t at = done_before; at < operations_.size(); ++at) {
    const Operation& operation = operations_[at];
    if (stop_requested()) {
      status_ = TaskStatus::cancelled;
      return false;
    }
    pre_operation_hook(operation.name);
    const OperationResult result = execute_operation(operation);
    post_operation_hook(operation.name, result);
    if (!result.failed()) {
      if (all_succeeded) save_checkpoint(at + 1);
      continue;
    }
    all_succeeded = false;
    if (!config_.continue_on_error) return false;
  }
  return all_succeeded;
}

OperationResult BaseTask::execute_operation(const Operation& operation) {
  std::size_t index = 0;
  while (index < operations_.size() && operations_[index].name != operation.name) ++index;
  OperationContext context(*this, operation.name, index);
  OperationResult result;
  std::string type = "operation";
  try {
    result = operation.run ? operation.run(context) : OperationResult::error("it has no function");
  } catch (const std::exception& error) {
    type = "exception";
    result = OperationResult::error(error.what());
  } catch (...) {
    type = "exception";
    result = OperationResult::error("it threw something that is no std::exception");
  }
  if (result.failed()) {
    log_failure(fmt::format("operation {} failed: {}", operation.name, result.message));
    if (!error_) error_ = ErrorDetails{std::move(type), result.message, operation.name};
  }
  log_result(operation.name, result);
  results_.insert_or_assign(operation.name, result);
  return result;
}

void BaseTask::log_result(const std::string& operation, const OperationResult& result) const {
  if (result.status == OperationStatus::warning) {
    logger_.warning(fmt::format("operation {}: {}", operation, result.message));
  } else if (result.status == OperationStatus::skipped) {
    logger_.info(fmt::format("operation {} skipped: {}", operation, result.message));
  } else if (!result.failed() && !result.message.empty()) {
    logger_.info(fmt::format("operation {}: {}", operation, result.message));
  }
}

// Whoever runs the task with a sink of its own is told by its end, and need not hear it twice.
void BaseTask::log_failure(const std::string& message) const {
  if (!context_.sink) logger_.error(message);
}

void BaseTask::add_operation(std::string name, OperationFunction function) {
  if (operations_are_run_) {
    throw ArgumentError(
        fmt::format("operation {} comes too late; add it in configure_operations()", name));
  }
  if (name.empty()) throw ArgumentError("an operation needs a name");
  if (!function) throw ArgumentError(fmt::format("operation {} has no function", name));
  for (const Operation& operation : operations_) {
    if (operation.name == name)
      throw ArgumentError(fmt::format("operation {} is there already", name));
  }
  operations_.push_back({std::move(name), std::move(function)});
}

std::filesystem::path BaseTask::project_root() const {
  if (!config_.project_root.empty()) return config_.project_root;
  return context_.project_root.empty() ? find_project().root : context_.project_root;
}

std::filesystem::path BaseTask::project_file(const std::filesystem::path& path) const {
  return path.is_absolute() ? path : project_root() / path;
}

void BaseTask::track_input(const std::filesystem::path& path) {
  std::filesystem::path file = project_file(path);
  auto stamp = stamp_file(file, project_root());
  inputs_.push_back({std::move(file), std::move(stamp)});
}

void BaseTask::track_output(const std::filesystem::path& path) {
  outputs_.push_back({project_file(path)});
}

void BaseTask::add_artifact(std::filesystem::path path, std::string description) {
  track_output(path);
  artifacts_.push_back({std::move(path), std::move(description)});
}

void BaseTask::set_metric(std::string name, Value value) {
  metrics_.insert_or_assign(std::move(name), std::move(value));
}

bool BaseTask::stop_requested() const noexcept {
  return stop_source_.stop_requested() || context_.stop.stop_requested();
}

void BaseTask::bind_identity(const TaskMetadata& metadata, const Arguments& arguments,
                             std::string_view fingerprint) {
  if (!task_id_.empty() && task_id_ != metadata.task_id) {
    throw TaskRegistryError(fmt::format(
        "class {} is registered as {} but its constructor names it {}; use one id for both",
        metadata.class_name, metadata.task_id, task_id_));
  }
  task_id_ = metadata.task_id;
  if (task_type_.empty()) task_type_ = metadata.task_type;
  if (description_.empty()) description_ = metadata.description;
  version_ = metadata.version;
  fingerprint_ = fingerprint;
  arguments_ = arguments;
  logger_ = Logger(task_id_, context_.sink);
}

void BaseTask::bind_context(ExecutionContext context) {
  context_ = std::move(context);
  logger_ = Logger(task_id_, context_.sink);
}

}  // namespace rota::inline v1
