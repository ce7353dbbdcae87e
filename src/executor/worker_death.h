// SPDX-License-Identifier: Apache-2.0
// What is said of an execution that took its process with it, or had to be ended.
#pragma once

#include "executor/executor.h"
#include "executor/worker_supervisor.h"

#include <string>

namespace rota::inline v1 {

// Why the runner ended it.
enum class Doom : std::uint8_t {
  none,
  cancelled,
  timeout,
  memory,
  output,
  wrote_into_connection,
  closed_connection
};

struct DoomedExecution {
  Doom doom = Doom::none;
  bool was_killed = false;         // after it had been asked, or at once
  std::uint64_t memory_bytes = 0;  // that it used, for Doom::memory
};

// The state and the message, without what it printed. `event`: how its process ended; null: it lives, and the task
// came to its end by itself.
ExecutionEnd describe_death(const DoomedExecution& how, const ExecutionLimits& limits,
                            const SupervisorEvent* event);

}  // namespace rota::inline v1
