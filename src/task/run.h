// SPDX-License-Identifier: Apache-2.0
// One pass of a task through its life cycle, and its record in the log. Knows nothing of what the
// operations do.
#pragma once

#include <rota/base_task.h>

#include <sys/types.h>

#include <functional>

namespace rota::inline v1 {

class BaseTask::Run {
 public:
  explicit Run(BaseTask& task) noexcept : task_(task) {}

  bool go();

 private:
  void clear();
  // Writes the start; false: it could not be written, and nothing may be done.
  bool begin();
  bool go_through_steps();
  bool configure();
  bool execute();
  // Runs one step; an exception or `false` becomes the error of the execution, unless there is one.
  bool step(const char* name, const std::function<bool()>& function);
  void fail(TaskStatus status, std::string type, std::string message);
  // Writes the end; false where the execution cannot count as a success.
  bool finish(bool succeeded);
  ExecutionEnd describe_end(bool succeeded);
  std::string describe_error() const;

  BaseTask& task_;
  ExecutionLog* log_ = nullptr;  // null: the context's recorder takes its place
  ExecutionHandle handle_;
  pid_t process_ = 0;  // that began it
};

}  // namespace rota::inline v1
