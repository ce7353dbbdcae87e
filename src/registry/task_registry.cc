// SPDX-License-Identifier: Apache-2.0
#include "discovery/declared_tasks.h"
#include "registry/class_table.h"
#include <rota/project.h>
#include <rota/python_source.h>
#include <rota/task_registry.h>

#include <mutex>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {

struct TaskRegistry::Impl {
  ClassTable classes;
  mutable std::mutex writing;  // held by registrations, never by look-ups
  std::vector<std::string> errors;
  Logger logger{"rota.registry"};

  bool put(std::string_view task_id, TaskClassPtr task_class, bool replace);
  void take_declared();
  void warn_of(const std::vector<RefusedFile>& refused,
               const std::vector<DuplicateTask>& duplicates) const;
};

namespace {

void require_id(std::string_view task_id) {
  if (is_valid_task_id(task_id)) return;
  throw TaskRegistryError(fmt::format(
      "'{}' is no task id: an id is 1 to 200 of A-Z a-z 0-9 _ . -, the first a letter or _",
      task_id));
}

// The same class again: the very object, the same C++ type, or what a second discovery makes of the same
// file.
bool is_same_class(const TaskClass& one, const TaskClass& other) {
  if (&one == &other) return true;
  if (one.type() != nullptr && other.type() != nullptr) return *one.type() == *other.type();
  return !one.location().empty() && one.location() == other.location() &&
         one.metadata() == other.metadata();
}

}  // namespace

bool TaskRegistry::Impl::put(std::string_view task_id, TaskClassPtr task_class, bool replace) {
  require_id(task_id);
  if (task_class == nullptr) {
    throw TaskRegistryError(
        fmt::format("task {} cannot be registered: there is no task class", task_id));
  }
  const bool is_checked = task_class->is_checked() && task_class->task_id() == task_id;
  if (task_class->task_id() != task_id) task_class = task_class->with_task_id(std::string(task_id));
  const auto reasons = is_checked ? std::vector<std::string>() : validate_task_class(*task_class);
  if (!reasons.empty()) {
    logger.error(fmt::format("task {} is not registered, {} is no valid task class: {}", task_id,
                             task_class->origin(), fmt::join(reasons, "; ")));
    return false;
  }
  const std::lock_guard lock(writing);
  if (replace) {
    classes.put(std::move(task_class));
  } else if (const TaskClassPtr* there = classes.put_new(task_class)) {
    if (is_same_class(**there, *task_class)) return true;
    throw TaskRegistryError(
        fmt::format("task {} is registered already: {} has the id that {} asks for; give one of "
                    "them another id, "
                    "or replace it with replace_task_class",
                    task_id, (*there)->origin(), task_class->origin()));
  }
  return true;
}

void TaskRegistry::Impl::take_declared() {
  for (const OrRefusal<TaskClassPtr>& declared : take_declared_tasks()) {
    std::string error;
    if (const auto* refusal = std::get_if<Refusal>(&declared)) {
      error = fmt::format("a class of this program is not registered: {}", refusal->message);
    } else {
      const auto& task_class = std::get<TaskClassPtr>(declared);
      try {
        if (put(task_class->task_id(), task_class, false)) continue;
        error = fmt::format("{} is not registered: {}", task_class->origin(),
                            fmt::join(validate_task_class(*task_class), "; "));
      } catch (const TaskRegistryError& caught) {
        error = caught.what();
      }
    }
    logger.error(error);
    const std::lock_guard lock(writing);
    errors.push_back(std::move(error));
  }
}

void TaskRegistry::Impl::warn_of(const std::vector<RefusedFile>& refused,
                                 const std::vector<DuplicateTask>& duplicates) const {
  for (const RefusedFile& one : refused) {
    if (one.reason == RefusalReason::no_task) continue;
    logger.warning(fmt::format("{}: {}", one.file, one.message));
  }
  for (const DuplicateTask& duplicate : duplicates) {
    logger.warning(fmt::format("task {} is there twice: {} counts, {} does not", duplicate.task_id,
                               duplicate.kept, duplicate.shadowed));
  }
}

TaskRegistry::TaskRegistry() : impl_(std::make_unique<Impl>()) {}
TaskRegistry::~TaskRegistry() = default;

TaskRegistry& TaskRegistry::process() {
  // Never destroyed: classes and threads may outlive main(). Whoever comes second waits for the first.
  static auto* registry = [] {
    auto* made = new TaskRegistry;
    made->impl_->take_declared();
    return made;
  }();
  if (has_declared_tasks()) registry->impl_->take_declared();  // a library was loaded since
  return *registry;
}

bool TaskRegistry::register_task_class(std::string_view task_id, TaskClassPtr task_class) {
  return impl_->put(task_id, std::move(task_class), false);
}

bool TaskRegistry::register_task_class(TaskClassPtr task_class) {
  if (task_class == nullptr) throw TaskRegistryError("there is no task class to register");
  const std::string task_id(task_class->task_id());
  return impl_->put(task_id, std::move(task_class), false);
}

bool TaskRegistry::replace_task_class(std::string_view task_id, TaskClassPtr task_class) {
  return impl_->put(task_id, std::move(task_class), true);
}

TaskClassPtr TaskRegistry::get_task_class(std::string_view task_id) const noexcept {
  const TaskClassPtr* found = impl_->classes.find(task_id);
  return found == nullptr ? nullptr : *found;
}

std::map<std::string, TaskMetadata> TaskRegistry::list_registered_tasks() const {
  std::map<std::string, TaskMetadata> all;
  impl_->classes.for_each([&](const TaskClassPtr& task_class) {
    all.insert_or_assign(std::string(task_class->task_id()), task_class->metadata());
  });
  return all;
}

std::vector<TaskClassPtr> TaskRegistry::task_classes() const {
  std::vector<TaskClassPtr> all;
  all.reserve(size());
  impl_->classes.for_each([&](const TaskClassPtr& task_class) { all.push_back(task_class); });
  return all;
}

std::size_t TaskRegistry::size() const noexcept { return impl_->classes.size(); }

std::unique_ptr<BaseTask> TaskRegistry::create_task_instance(std::string_view task_id,
                                                             const Arguments& arguments) const {
  const TaskClassPtr task_class = get_task_class(task_id);
  return task_class == nullptr ? nullptr : task_class->create(arguments);
}

std::map<std::string, TaskClassPtr> TaskRegistry::discover_task_classes(
    const std::optional<std::vector<std::string>>& package_paths, bool recursive) const {
  const DiscoveryQuery query = make_discovery_query(find_project(), package_paths, recursive);
  const Discovery plugins = discover(query);
  PythonDiscovery python = discover_python(query);
  yield_to_plugins(plugins, python);
  impl_->warn_of(plugins.refused, plugins.duplicates);
  impl_->warn_of(python.refused, python.duplicates);
  if (!python.problem.empty()) impl_->logger.warning(python.problem);
  std::map<std::string, TaskClassPtr> found{plugins.task_classes.begin(),
                                            plugins.task_classes.end()};
  found.insert(python.task_classes.begin(), python.task_classes.end());
  return found;
}

std::size_t TaskRegistry::register_discovered_tasks(
    const std::optional<std::vector<std::string>>& package_paths, bool recursive) {
  std::size_t registered = 0;
  for (const auto& [task_id, task_class] : discover_task_classes(package_paths, recursive)) {
    const bool is_new = get_task_class(task_id) == nullptr;
    try {
      if (impl_->put(task_id, task_class, false) && is_new) ++registered;
    } catch (const TaskRegistryError& error) {
      impl_->logger.error(error.what());
    }
  }
  return registered;
}

std::vector<std::string> TaskRegistry::registration_errors() const {
  const std::lock_guard lock(impl_->writing);
  return impl_->errors;
}

}  // namespace rota::inline v1
