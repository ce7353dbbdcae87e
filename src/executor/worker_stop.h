// SPDX-License-Identifier: Apache-2.0
// SIGTERM as a stop token, in a worker. The handler writes into a pipe, and a thread reads it there: to request a
// stop calls functions of the task, which a handler must not.
#pragma once

#include "os/file.h"

#include <mutex>
#include <stop_token>
#include <thread>

namespace rota::inline v1 {

// One object for the process, until its end.
class WorkerStop {
 public:
  WorkerStop();
  WorkerStop(const WorkerStop&) = delete;
  WorkerStop& operator=(const WorkerStop&) = delete;
  ~WorkerStop();

  // For the next execution: a token that is not stopped, and the handler in its place whatever a task did to it.
  void begin();
  std::stop_token token();

 private:
  void watch();

  UniqueFd to_read_;
  std::mutex mutex_;
  std::stop_source source_;
  std::thread watcher_;
};

}  // namespace rota::inline v1
