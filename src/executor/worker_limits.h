// SPDX-License-Identifier: Apache-2.0
// What one execution in a worker may use, and what it did use. Knows nothing of tasks.
#pragma once

#include "executor/worker_protocol.h"

#include <sys/resource.h>

namespace rota::inline v1 {

// The kernel keeps limits for each process by itself; the resident memory of all of them is watched by the runner.
class WorkerLimits {
 public:
  void begin(const ExecutionLimits& limits);
  // Adds to the result what was used since, and takes the limits away.
  void end(WorkerResult& result);

 private:
  std::chrono::microseconds cpu_before_{0};
  long children_peak_before_ = 0;  // KiB
  rlim_t data_limit_before_ = 0;
  rlim_t cpu_limit_before_ = 0;
  bool is_limited_ = false;
  ExecutionLimits limits_;
};

}  // namespace rota::inline v1
