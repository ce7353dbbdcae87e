// SPDX-License-Identifier: Apache-2.0
// How tasks are run: from rota.toml and the command line, which is the stronger of them. Runs none.
#pragma once

#include "cli/command.h"
#include "cli/project_tasks.h"
#include <rota/rota.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace rota::cli {

// As the options of the command line stand there.
struct RunSettingsGiven {
  std::string executor;
  std::optional<std::size_t> jobs;
  bool fail_fast = false;
  bool keep_going = false;
  bool restart = false;
  std::vector<std::string> pools;     // NAME=N
  std::vector<std::string> policies;  // [ID:]NAME=VALUE
};

void add_run_options(Command& command, RunSettingsGiven& given);
// What a run of these tasks gets of them; without observer and stop tokens. Throws UsageError that says where it is
// wrong.
RunOptions run_options_of(const ProjectTasks& tasks, const RunSettingsGiven& given);

}  // namespace rota::cli
