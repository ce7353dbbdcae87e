// SPDX-License-Identifier: Apache-2.0
// The errors that name ids which nobody has registered. Knows nothing of the order of tasks.
#pragma once

#include <rota/graph.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

struct MissingDependency {
  std::string task_id;  // who needs it
  std::string needs;
};

// One line where one is missing, else a summary and a line for each, in the order of the ids.
// `known` are the ids that may be suggested; `not_being` says what is wrong: "registered".
[[noreturn]] void throw_missing_dependencies(std::vector<MissingDependency> missing,
                                             std::span<const std::string_view> known,
                                             std::string_view not_being);
[[noreturn]] void throw_unknown_tasks(std::vector<std::string> task_ids,
                                      std::span<const std::string_view> known);

}  // namespace rota::inline v1
