// SPDX-License-Identifier: Apache-2.0
// One step inside a task, and what comes of it. Knows nothing of the task's life cycle or the log.
#pragma once

#include <rota/arguments.h>
#include <rota/export.h>
#include <rota/logger.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rota::inline v1 {

class BaseTask;

enum class OperationStatus : std::uint8_t { success, warning, skipped, error };

// As the document writes them: "SUCCESS", "WARNING", "SKIPPED", "ERROR".
ROTA_EXPORT std::string_view to_string(OperationStatus status) noexcept;

// A file that a task made.
struct Artifact {
  std::filesystem::path path = {};
  std::string description = {};
};

using Metrics = std::map<std::string, Value>;

struct OperationResult {
  OperationStatus status = OperationStatus::success;
  std::string message = {};

  static OperationResult success(std::string message = {}) {
    return {OperationStatus::success, std::move(message)};
  }
  static OperationResult warning(std::string message) {
    return {OperationStatus::warning, std::move(message)};
  }
  static OperationResult skipped(std::string message = {}) {
    return {OperationStatus::skipped, std::move(message)};
  }
  static OperationResult error(std::string message) {
    return {OperationStatus::error, std::move(message)};
  }
  bool failed() const noexcept { return status == OperationStatus::error; }
};

// What an operation is given; lives as long as the call.
class ROTA_EXPORT OperationContext {
 public:
  OperationContext(BaseTask& task, std::string_view name, std::size_t index) noexcept
      : task_(task), name_(name), index_(index) {}

  BaseTask& task() const noexcept { return task_; }
  std::string_view name() const noexcept { return name_; }
  std::size_t index() const noexcept { return index_; }  // from 0, in the order of add_operation
  const Arguments& arguments() const noexcept;
  const Logger& logger() const noexcept;
  // True once the run is to end: a long operation asks now and then, and returns early.
  bool cancelled() const noexcept;

 private:
  BaseTask& task_;
  std::string_view name_;
  std::size_t index_;
};

using OperationFunction = std::function<OperationResult(OperationContext&)>;

struct Operation {
  std::string name = {};
  OperationFunction run;
};

}  // namespace rota::inline v1
