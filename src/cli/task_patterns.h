// SPDX-License-Identifier: Apache-2.0
// Which tasks the words on the command line name (docs/planning.md). Knows nothing of plans and the log.
#pragma once

#include "cli/project_tasks.h"

#include <string>
#include <vector>

namespace rota::cli {

// What one word names.
struct NamedTasks {
  std::vector<std::string> task_ids = {};  // ascending
  bool with_what_it_needs = false;         // + before it
  bool with_what_follows = false;          // + behind it
};

// "t_a", "t_1*", "type:profiling", "tag:owner=ann", each with + before or behind it. Throws UsageError for an id that
// is not there, with the nearest that is, and for a word that names nothing.
NamedTasks find_named_tasks(const std::string& word, const ProjectTasks& tasks);

// The ids that all words name together, with what follows where a word asks for it; with what they need where
// `exact` and a word asks for it. In ascending order.
std::vector<std::string> find_all_named_tasks(const std::vector<std::string>& words, bool exact,
                                              const ProjectTasks& tasks);

}  // namespace rota::cli
