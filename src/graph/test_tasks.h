// SPDX-License-Identifier: Apache-2.0
// Task classes for tests: they do nothing, and succeed.
#pragma once

#include <rota/task_class.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rota::testing_tasks {

class EmptyTask : public BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("nothing", [](OperationContext&) { return OperationResult::success(); });
  }
};

inline TaskClassPtr make_task(TaskMetadata metadata) {
  return make_task_class(std::move(metadata), [](const Arguments& arguments) {
    return std::make_unique<EmptyTask>(arguments);
  });
}

inline TaskClassPtr make_task(std::string task_id, std::vector<std::string> dependencies = {}) {
  return make_task({.task_id = std::move(task_id), .dependencies = std::move(dependencies)});
}

// A class whose code has a fingerprint, as that of a plugin.
class FingerprintedTaskClass final : public TaskClass {
 public:
  FingerprintedTaskClass(TaskMetadata metadata, std::string fingerprint)
      : TaskClass(std::move(metadata)), fingerprint_(std::move(fingerprint)) {}
  std::string_view fingerprint() const override { return fingerprint_; }
  TaskClassPtr with_task_id(std::string task_id) const override {
    TaskMetadata renamed = metadata();
    renamed.task_id = std::move(task_id);
    return std::make_shared<FingerprintedTaskClass>(std::move(renamed), fingerprint_);
  }

 private:
  std::unique_ptr<BaseTask> construct(const Arguments& arguments) const override {
    return std::make_unique<EmptyTask>(arguments);
  }
  std::string fingerprint_;
};

inline TaskClassPtr make_task_of_code(TaskMetadata metadata, std::string fingerprint) {
  return std::make_shared<FingerprintedTaskClass>(std::move(metadata), std::move(fingerprint));
}

// The message of the error that `function` throws as E.
template <class E, class Function>
std::string error_of(Function&& function) {
  try {
    function();
  } catch (const E& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace rota::testing_tasks
