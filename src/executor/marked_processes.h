// SPDX-License-Identifier: Apache-2.0
// Processes that a runner's supervisor started, known by a variable of the environment that they were started with
// and that all below them inherits. It finds also those whose parents have all ended. One that a task started with
// another environment is not found. Knows nothing of executions.
#pragma once

#include <string>
#include <string_view>

namespace rota::inline v1 {

inline constexpr std::string_view kRunnerVariable = "ROTA_RUNNER";

// "ROTA_RUNNER=NAME", as a supervisor gets it. `runner` is the name of its RunnerLock.
std::string runner_mark(std::string_view runner);

// Kills all processes of this user that have the mark, but this one and those above it, until there are none, and waits
// until their files are closed. Gives up after some seconds on what the kernel cannot end. Reads the environment of
// every process of this user (proc_pid_environ(5)).
void end_marked_processes(const std::string& mark);

}  // namespace rota::inline v1
