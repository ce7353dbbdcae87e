// SPDX-License-Identifier: Apache-2.0
// One execution of a task on this thread, told instead of logged. Knows no executor.
#pragma once

#include "executor/executor.h"

#include <functional>
#include <stop_token>

namespace rota::inline v1 {

struct TaskSurroundings {
  std::stop_token stop = {};
  LogSink sink = {};
  // Told when there is a task that request_stop() may be called on, and with null when there is none any more.
  std::function<void(BaseTask*)> task_is = {};
};

// Makes the task and goes through its life cycle. Never throws: what goes wrong is in the end.
ExecutionEnd execute_task(const TaskClass& task_class, const ExecutionRequest& request,
                          const TaskSurroundings& surroundings);

}  // namespace rota::inline v1
