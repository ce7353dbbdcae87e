// SPDX-License-Identifier: Apache-2.0
#include "python_task_class.h"

#include "python_task.h"
#include "values.h"
#include <rota/error.h>
#include <rota/python_source.h>

#include <nanobind/stl/string.h>

namespace rota::python {
namespace {

bool is_raised_as(const nb::python_error& error, const char* name) {
  return error.matches(nb::module_::import_("rota._rota").attr(name));
}

std::string message_of(const nb::python_error& error) { return to_text(exception_of(error)); }

std::string text_attribute(const nb::object& object, const char* name) {
  const nb::object value = nb::getattr(object, name, nb::none());
  return value.is_none() ? std::string() : to_text(value);
}

}  // namespace

PythonTaskClass::PythonTaskClass(nb::object task_class, TaskMetadata metadata, PythonOrigin origin)
    : TaskClass(std::move(metadata)),
      task_class_(share(std::move(task_class))),
      origin_(std::move(origin)) {}

PythonTaskClass::~PythonTaskClass() = default;

std::string_view PythonTaskClass::fingerprint() const {
  std::call_once(once_, [this] {
    if (origin_.file.empty()) return;
    try {
      fingerprint_ = python_source_fingerprint(origin_.file);
    } catch (const std::exception&) {
      // A source that cannot be read any more has no fingerprint that could be compared.
    }
  });
  return fingerprint_;
}

bool PythonTaskClass::takes_undeclared_arguments() const {
  const nb::gil_scoped_acquire gil;
  try {
    const nb::module_ rules = nb::module_::import_("rota._task_classes");
    return nb::cast<bool>(rules.attr("takes_any_keyword")(*task_class_));
  } catch (const nb::python_error&) {
    return true;  // its constructor says it in its own words
  }
}

std::shared_ptr<const TaskClass> PythonTaskClass::with_task_id(std::string task_id) const {
  const nb::gil_scoped_acquire gil;
  TaskMetadata metadata = this->metadata();
  metadata.task_id = std::move(task_id);
  return std::make_shared<PythonTaskClass>(*task_class_, std::move(metadata), origin_);
}

std::unique_ptr<BaseTask> PythonTaskClass::construct(const Arguments& arguments) const {
  const nb::gil_scoped_acquire gil;
  try {
    nb::object task = nb::module_::import_("rota._registry")
                          .attr("_construct_for_runner")(*task_class_, from_arguments(arguments));
    return std::make_unique<PythonTask>(task, text_attribute(task, "task_id"),
                                        text_attribute(task, "task_type"),
                                        text_attribute(task, "description"));
  } catch (nb::python_error& error) {
    if (is_raised_as(error, "ArgumentError")) throw ArgumentError(message_of(error));
    // Rota's own words need no name of their type.
    if (is_raised_as(error, "Error")) throw TaskRegistryError(message_of(error));
    throw TaskRegistryError(describe_exception(error));
  }
}

}  // namespace rota::python
