// SPDX-License-Identifier: Apache-2.0
// The side of `rota validate` that runs a plugin's code: one process for one plugin, which may end at any
// moment. Knows nothing of what its parent makes of it.
#pragma once

#include "cli/command_line.h"

#include <sys/types.h>

#include <string>
#include <vector>

namespace rota::cli {

struct ValidateChildOptions {
  pid_t parent = 0;  // the child ends with it
  std::string file = {};
  double step_seconds = 0;  // the time limit of a step, by the parent's clock
  std::string from = {};    // the classes before this id are passed over; empty: all
  bool only = false;        // those after it too
};

// The words of the command line that add_validate_child() understands.
std::vector<std::string> validate_child_arguments(const ValidateChildOptions& options);

// A command that no help shows. What it writes to stdout and stderr is the plugin's.
void add_validate_child(Command& app, CommandLine& line);

}  // namespace rota::cli
