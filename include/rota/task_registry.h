// SPDX-License-Identifier: Apache-2.0
// The map from task id to task class: the functions of the PAMOLA Core document, as members of a registry
// and as free functions on the registry of the process. Knows nothing of graphs.
#pragma once

#include <rota/discovery.h>
#include <rota/error.h>
#include <rota/execution_log.h>
#include <rota/export.h>
#include <rota/task_class.h>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// Every member may be called from any thread. Look-ups (get, list, create, size) take no lock and never
// wait for a registration.
class ROTA_EXPORT TaskRegistry {
 public:
  TaskRegistry();
  TaskRegistry(const TaskRegistry&) = delete;
  TaskRegistry& operator=(const TaskRegistry&) = delete;
  ~TaskRegistry();

  // The registry of the process. It holds what ROTA_TASK declares in the program and in the libraries it
  // is linked with (not in plugins: those are discovered).
  static TaskRegistry& process();

  // Registers a class under an id; one call makes it visible to all threads.
  // True: it is registered, or the same class was there already (the same object, C++ type, or plugin), as
  // after ROTA_TASK; the metadata that were there stay. False: the class is not valid;
  // all reasons go to the log sink, and validate_task_class gives them.
  // Throws TaskRegistryError when the id is malformed, or is taken by another class: the message names
  // both, and the class that was there stays.
  bool register_task_class(std::string_view task_id, TaskClassPtr task_class);
  // Under the id that its metadata give.
  bool register_task_class(TaskClassPtr task_class);
  template <class T>
  bool register_task_class(std::string_view task_id) {
    return register_task_class(task_id, make_task_class<T>(std::string(task_id)));
  }
  // The same, but an id that is taken gets the new class. Instances of the old one live on.
  bool replace_task_class(std::string_view task_id, TaskClassPtr task_class);

  // Null when unknown.
  TaskClassPtr get_task_class(std::string_view task_id) const noexcept;
  std::map<std::string, TaskMetadata> list_registered_tasks() const;
  // Every class, in no order; what is registered meanwhile may be among them or not.
  std::vector<TaskClassPtr> task_classes() const;
  std::size_t size() const noexcept;
  // Null when unknown; errors as TaskClass::create.
  std::unique_ptr<BaseTask> create_task_instance(std::string_view task_id,
                                                 const Arguments& arguments = {}) const;

  // What the packages hold (see discovery.h; none given: make_discovery_query says where), without running
  // any of it; registers nothing. An empty list of packages holds nothing.
  std::map<std::string, TaskClassPtr> discover_task_classes(
      const std::optional<std::vector<std::string>>& package_paths = std::nullopt,
      bool recursive = true) const;
  // Registers what is discovered; gives how many classes were registered anew. A class that is there
  // already, from the same file, is not counted. One that cannot be registered is reported to the log sink
  // with its reason and does not keep the others out.
  std::size_t register_discovered_tasks(
      const std::optional<std::vector<std::string>>& package_paths = std::nullopt,
      bool recursive = true);

  // What could not be registered by ROTA_TASK in the program (an id that two classes claim ...), a
  // sentence each. For the registry of the process; empty for others.
  std::vector<std::string> registration_errors() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// ---- on the registry and the log of the process -------------------------------------------------

template <class T>
bool register_task_class(std::string_view task_id) {
  return TaskRegistry::process().register_task_class<T>(task_id);
}
ROTA_EXPORT bool register_task_class(std::string_view task_id, TaskClassPtr task_class);
ROTA_EXPORT bool register_task_class(TaskClassPtr task_class);
ROTA_EXPORT TaskClassPtr get_task_class(std::string_view task_id);
ROTA_EXPORT std::map<std::string, TaskMetadata> list_registered_tasks();
ROTA_EXPORT std::unique_ptr<BaseTask> create_task_instance(std::string_view task_id,
                                                           const Arguments& arguments = {});
ROTA_EXPORT std::map<std::string, TaskClassPtr> discover_task_classes(
    const std::optional<std::vector<std::string>>& package_paths = std::nullopt,
    bool recursive = true);
ROTA_EXPORT std::size_t register_discovered_tasks(
    const std::optional<std::vector<std::string>>& package_paths = std::nullopt,
    bool recursive = true);
// A copy: changing it changes no class.
ROTA_EXPORT TaskMetadata get_task_metadata(const TaskClass& task_class);

// A dependency that has no successful execution, and what is known of it.
struct UnsatisfiedDependency {
  std::string task_id;
  std::optional<Execution>
      latest;  // its newest execution, which is no success; nothing: it never ran
};
// Every dependency that no execution in the log satisfies. Throws TaskRegistryError when the log cannot be
// read (the LogError is nested) or an id is malformed.
ROTA_EXPORT std::vector<UnsatisfiedDependency> find_unsatisfied_dependencies(
    std::string_view task_id, const std::vector<std::string>& dependencies,
    const ExecutionLog& log);
// True when each dependency has a successful execution in process_log(); the type is for messages.
ROTA_EXPORT bool check_task_dependencies(std::string_view task_id, std::string_view task_type,
                                         const std::vector<std::string>& dependencies);

}  // namespace rota::inline v1
