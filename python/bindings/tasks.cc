// SPDX-License-Identifier: Apache-2.0
// Task classes of both kinds, the registry that a plan is made of, and running one task.
#include "bindings.h"
#include "python_task.h"
#include "python_task_class.h"
#include "values.h"
#include <rota/discovery.h>
#include <rota/logger.h>
#include <rota/python_source.h>
#include <rota/task_registry.h>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

namespace rota::python {
namespace {

using namespace nb::literals;

// A class written in C++, as Python holds it.
struct NativeClass {
  TaskClassPtr task_class;
};

// An instance of one.
struct NativeTask {
  std::unique_ptr<BaseTask> task;
};

nb::dict error_of(const BaseTask& task) {
  nb::dict dict;
  if (!task.error_details()) return dict;
  dict["type"] = task.error_details()->type;
  dict["message"] = task.error_details()->message;
  dict["operation"] = task.error_details()->operation;
  return dict;
}

nb::dict metrics_of(const BaseTask& task) {
  nb::dict dict;
  for (const auto& [name, value] : task.metrics()) dict[name.c_str()] = from_value(value);
  return dict;
}

nb::list artifacts_of(const BaseTask& task) {
  nb::list list;
  for (const Artifact& artifact : task.artifacts())
    list.append(nb::make_tuple(from_path(artifact.path), artifact.description));
  return list;
}

nb::dict results_of(const BaseTask& task) {
  nb::dict dict;
  for (const auto& [name, result] : task.results())
    dict[name.c_str()] = nb::make_tuple(std::string(to_string(result.status)), result.message);
  return dict;
}

// How a run went, as the attributes of the Python object after it.
nb::dict outcome_of(const BaseTask& task) {
  nb::dict dict;
  dict["status"] = std::string(to_string(task.status()));
  dict["error"] = error_of(task);
  dict["metrics"] = metrics_of(task);
  dict["artifacts"] = artifacts_of(task);
  dict["task_run_id"] = task.task_run_id();
  return dict;
}

std::string text_attribute(nb::handle object, const char* name) {
  const nb::object value = nb::getattr(object, name, nb::none());
  return value.is_none() ? std::string() : to_text(value);
}

// Gives whether it succeeded, and how it went.
nb::tuple run_task(nb::object self, nb::dict metadata_given, nb::dict arguments_given,
                   nb::object file) {
  TaskMetadata metadata = to_metadata(metadata_given);
  const Arguments arguments = to_arguments(arguments_given);
  PythonTask task(self, text_attribute(self, "task_id"), text_attribute(self, "task_type"),
                  text_attribute(self, "description"));
  metadata.task_id = task.task_id();
  const std::string source = file.is_none() ? std::string() : to_path(file).string();
  bool succeeded = false;
  {
    const nb::gil_scoped_release released;
    const std::string fingerprint = source.empty() ? source : python_source_fingerprint(source);
    task.bind_identity(metadata, arguments, fingerprint);
    succeeded = task.run();
  }
  const nb::dict outcome = outcome_of(task);
  self.attr("_take_outcome")(outcome);
  task.raise_pending();
  return nb::make_tuple(succeeded, outcome);
}

LogLevel to_level(int level) {
  if (level >= 40) return LogLevel::error;
  if (level >= 30) return LogLevel::warning;
  return level >= 20 ? LogLevel::info : LogLevel::debug;
}

int from_level(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return 40;
    case LogLevel::warning:
      return 30;
    case LogLevel::info:
      return 20;
    case LogLevel::debug:
      break;
  }
  return 10;
}

void bind_engine(nb::module_& module) {
  nb::class_<PythonTask>(module, "Engine", "What a task that runs talks to.")
      .def("execute", &PythonTask::execute_operations)
      .def("perform", &PythonTask::perform, "name"_a, "function"_a)
      .def("track_input",
           [](PythonTask& self, nb::object path) { self.track_input(to_path(path)); })
      .def("track_output",
           [](PythonTask& self, nb::object path) { self.track_output(to_path(path)); })
      .def("add_artifact",
           [](PythonTask& self, nb::object path, std::string description) {
             self.add_artifact(to_path(path), std::move(description));
           })
      .def(
          "set_metric",
          [](PythonTask& self, std::string name, nb::object value) {
            Value metric = to_value(value, name);
            self.set_metric(std::move(name), std::move(metric));
          },
          "name"_a, "value"_a.none())
      .def(
          "set_state",
          [](PythonTask& self, const std::string& name, nb::object value) {
            self.set_state(name, to_value(value, name));
          },
          "name"_a, "value"_a.none())
      .def_prop_ro("state", [](const PythonTask& self) { return from_arguments(self.state()); })
      .def("project_file",
           [](const PythonTask& self, nb::object path) {
             return from_path(self.project_file(to_path(path)));
           })
      .def_prop_ro("stop_requested", &PythonTask::stop_requested)
      .def("request_stop", [](PythonTask& self) { self.request_stop(); })
      .def("log", [](const PythonTask& self, int level, const std::string& message) {
        self.logger().log(to_level(level), message);
      });
  module.def("run_task", &run_task, "task"_a, "metadata"_a, "arguments"_a, "file"_a.none());
}

void bind_native(nb::module_& module) {
  nb::class_<NativeTask>(module, "NativeTask", "An instance of a task class in C++.")
      .def("run",
           [](NativeTask& self) {
             bool succeeded = false;
             {
               const nb::gil_scoped_release released;
               succeeded = self.task->run();
             }
             nb::dict outcome = outcome_of(*self.task);
             outcome["results"] = results_of(*self.task);
             return nb::make_tuple(succeeded, outcome);
           })
      .def("request_stop", [](NativeTask& self) { self.task->request_stop(); })
      .def_prop_ro("arguments",
                   [](const NativeTask& self) { return from_arguments(self.task->arguments()); });
  nb::class_<NativeClass>(module, "NativeClass", "A task class in C++.")
      .def_prop_ro("task_id",
                   [](const NativeClass& self) { return std::string(self.task_class->task_id()); })
      .def_prop_ro(
          "metadata",
          [](const NativeClass& self) { return from_metadata(self.task_class->metadata()); })
      .def_prop_ro("location", [](const NativeClass& self) { return self.task_class->location(); })
      .def_prop_ro("location_identity",
                   [](const NativeClass& self) { return self.task_class->location_identity(); })
      .def_prop_ro("address",
                   [](const NativeClass& self) {
                     return reinterpret_cast<std::uintptr_t>(self.task_class.get());
                   })
      .def(
          "create",
          [](const NativeClass& self, nb::object arguments) {
            const Arguments given = to_arguments(arguments);
            const nb::gil_scoped_release released;
            return NativeTask{self.task_class->create(given)};
          },
          "arguments"_a = nb::none());
}

std::vector<std::string> find_faults(nb::object task_class, nb::dict metadata) {
  const PythonTaskClass made(std::move(task_class), to_metadata(metadata), {});
  return validate_task_class(made);
}

PythonOrigin to_origin(nb::object file, const std::string& identity) {
  return {.file = file.is_none() ? std::string() : to_path(file).string(), .identity = identity};
}

void bind_registry(nb::module_& module) {
  nb::class_<TaskRegistry>(module, "TaskRegistry", "What a plan is made of.")
      .def(nb::init<>())
      .def("register_native",
           [](TaskRegistry& self, const NativeClass& native) {
             return self.register_task_class(native.task_class);
           })
      .def(
          "register_python",
          [](TaskRegistry& self, nb::object task_class, nb::dict metadata, nb::object file,
             const std::string& identity) {
            return self.register_task_class(std::make_shared<PythonTaskClass>(
                std::move(task_class), to_metadata(metadata), to_origin(file, identity)));
          },
          "task_class"_a, "metadata"_a, "file"_a.none(), "identity"_a);
  module.def("get_native_class", [](std::string_view task_id) -> std::optional<NativeClass> {
    TaskClassPtr found = TaskRegistry::process().get_task_class(task_id);
    if (found == nullptr) return std::nullopt;
    return NativeClass{std::move(found)};
  });
  module.def("native_classes", [] {
    std::vector<NativeClass> all;
    for (TaskClassPtr& one : TaskRegistry::process().task_classes())
      all.push_back({std::move(one)});
    return all;
  });
  module.def(
      "check_task_dependencies",
      [](const std::string& task_id, const std::string& task_type,
         const std::vector<std::string>& dependencies) {
        return check_task_dependencies(task_id, task_type, dependencies);
      },
      nb::call_guard<nb::gil_scoped_release>());
  module.def("find_metadata_faults", &find_faults);
}

// Task classes of plugins, and what was refused.
nb::tuple discover_plugins(std::optional<std::vector<std::string>> packages, bool recursive) {
  Discovery found;
  {
    const nb::gil_scoped_release released;
    found = discover(make_discovery_query(find_project(), packages, recursive));
  }
  nb::list classes;
  for (const TaskClassPtr& one : found.sorted_task_classes()) classes.append(NativeClass{one});
  nb::list problems;
  for (const RefusedFile& refused : found.refused) {
    if (refused.reason != RefusalReason::no_task)
      problems.append(refused.file + ": " + refused.message);
  }
  for (const DuplicateTask& one : found.duplicates)
    problems.append("task " + one.task_id + " is there twice: " + one.kept + " counts, " +
                    one.shadowed + " does not");
  return nb::make_tuple(classes, problems);
}

nb::dict metadata_from_docstring(const std::string& docstring) {
  TaskMetadata found;
  const TaskMetadata defaults;
  apply_docstring(docstring, found);
  nb::dict dict;
  if (!found.description.empty()) dict["description"] = found.description;
  if (found.author != defaults.author) dict["author"] = found.author;
  if (found.version != defaults.version) dict["version"] = found.version;
  if (found.task_type != defaults.task_type) dict["task_type"] = found.task_type;
  if (!found.dependencies.empty()) dict["dependencies"] = found.dependencies;
  for (const auto& [name, value] : found.tags) dict[name.c_str()] = value;
  return dict;
}

// Messages of the library go to `take(level, logger, message)`; None: to stderr, as at first.
void set_python_log_sink(nb::object take) {
  const auto shared = share(std::move(take));
  set_log_sink([shared](LogLevel level, std::string_view logger, std::string_view message) {
    if (Py_IsInitialized() == 0) return;
    const nb::gil_scoped_acquire gil;
    const auto text = nb::steal(
        PyUnicode_DecodeUTF8(message.data(), static_cast<Py_ssize_t>(message.size()), "replace"));
    try {
      (*shared)(from_level(level), nb::str(logger.data(), logger.size()), text);
    } catch (nb::python_error& error) {
      error.discard_as_unraisable("rota: a handler of logging");
    }
  });
}

}  // namespace

void bind_tasks(nb::module_& module) {
  bind_engine(module);
  bind_native(module);
  bind_registry(module);
  module.def("discover_plugins", &discover_plugins, "packages"_a = nb::none(),
             "recursive"_a = true);
  module.def("metadata_from_docstring", &metadata_from_docstring, "docstring"_a);
  module.def("set_log_sink", &set_python_log_sink, "take"_a);
  module.def("is_valid_task_id", [](const std::string& id) { return is_valid_task_id(id); });
  module.def(
      "python_source_identity",
      [](nb::object root, const std::string& module_name, const std::string& class_name,
         nb::object file) {
        return python_source_identity(to_path(root), module_name, class_name, to_path(file));
      },
      "root"_a, "module"_a, "class_name"_a, "file"_a);
}

}  // namespace rota::python
