// SPDX-License-Identifier: Apache-2.0
// What a task depends on, asked of the log.
#include <rota/task_registry.h>

#include <exception>

#include <fmt/format.h>

namespace rota::inline v1 {

std::vector<UnsatisfiedDependency> find_unsatisfied_dependencies(
    std::string_view task_id, const std::vector<std::string>& dependencies,
    const ExecutionLog& log) {
  std::vector<UnsatisfiedDependency> unsatisfied;
  for (const std::string& dependency : dependencies) {
    if (!is_valid_task_id(dependency)) {
      throw TaskRegistryError(
          fmt::format("task {} cannot depend on '{}': that is no task id", task_id, dependency));
    }
    try {
      if (log.find_latest_execution(dependency, true)) continue;
      unsatisfied.push_back({dependency, log.find_latest_execution(dependency, false)});
    } catch (const LogError& error) {
      std::throw_with_nested(TaskRegistryError(
          fmt::format("the dependencies of task {} cannot be checked: {}", task_id, error.what())));
    }
  }
  return unsatisfied;
}

}  // namespace rota::inline v1
