// SPDX-License-Identifier: Apache-2.0
// What the command's exit status means, and which one an error leads to.
#pragma once

#include <exception>
#include <stdexcept>

namespace rota::cli {

enum ExitCode : int {
  kDone = 0,    // done, or nothing to do
  kFailed = 1,  // a task or a plugin failed, a dependency is not satisfied, or the log is not sound
  kUsage = 2,   // the command line is wrong
  kInvalidGraph = 3,    // the graph or the plan is invalid
  kAlreadyRunning = 4,  // a task is running elsewhere
  kLogFailed = 5,       // the log cannot be read or written
  kInterrupted = 130,   // ended by Ctrl-C
};

// Something on the command line that cannot be meant so.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Prints the one line for an error that ended the command, and gives its exit status.
int report_error(const std::exception& error);

}  // namespace rota::cli
