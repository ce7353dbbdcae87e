// SPDX-License-Identifier: Apache-2.0
// The document's functions on the registry and the log of the process.
#include <rota/task_registry.h>

#include <exception>

#include <fmt/format.h>

namespace rota::inline v1 {

bool register_task_class(std::string_view task_id, TaskClassPtr task_class) {
  return TaskRegistry::process().register_task_class(task_id, std::move(task_class));
}

bool register_task_class(TaskClassPtr task_class) {
  return TaskRegistry::process().register_task_class(std::move(task_class));
}

TaskClassPtr get_task_class(std::string_view task_id) {
  return TaskRegistry::process().get_task_class(task_id);
}

std::map<std::string, TaskMetadata> list_registered_tasks() {
  return TaskRegistry::process().list_registered_tasks();
}

std::unique_ptr<BaseTask> create_task_instance(std::string_view task_id,
                                               const Arguments& arguments) {
  return TaskRegistry::process().create_task_instance(task_id, arguments);
}

std::map<std::string, TaskClassPtr> discover_task_classes(
    const std::optional<std::vector<std::string>>& package_paths, bool recursive) {
  return TaskRegistry::process().discover_task_classes(package_paths, recursive);
}

std::size_t register_discovered_tasks(const std::optional<std::vector<std::string>>& package_paths,
                                      bool recursive) {
  return TaskRegistry::process().register_discovered_tasks(package_paths, recursive);
}

TaskMetadata get_task_metadata(const TaskClass& task_class) { return task_class.metadata(); }

bool check_task_dependencies(std::string_view task_id, std::string_view task_type,
                             const std::vector<std::string>& dependencies) {
  if (dependencies.empty()) return true;
  try {
    const auto unsatisfied = find_unsatisfied_dependencies(task_id, dependencies, process_log());
    for (const UnsatisfiedDependency& dependency : unsatisfied) {
      Logger("rota.registry")
          .info(fmt::format(
              "task {} ({}) waits for {}: {}", task_id, task_type, dependency.task_id,
              dependency.latest ? to_string(dependency.latest->state()) : "it never ran"));
    }
    return unsatisfied.empty();
  } catch (const LogError& error) {
    std::throw_with_nested(TaskRegistryError(
        fmt::format("the dependencies of task {} cannot be checked: {}", task_id, error.what())));
  }
}

}  // namespace rota::inline v1
