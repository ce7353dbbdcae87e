// SPDX-License-Identifier: Apache-2.0
#include "python_task.h"

#include "values.h"

#include <cstdio>
#include <stdexcept>

#include <nanobind/stl/string.h>

namespace rota::python {
namespace {

// What a step gives: None is what a method without `return` gives, and no failure.
bool is_success(const nb::object& answer) {
  return answer.is_none() || nb::cast<bool>(nb::bool_(answer));
}

OperationStatus to_status(const std::string& name) {
  for (const OperationStatus status :
       {OperationStatus::success, OperationStatus::warning, OperationStatus::skipped}) {
    if (name == to_string(status)) return status;
  }
  return OperationStatus::error;
}

OperationResult to_result(const nb::object& result) {
  return {to_status(to_text(result.attr("status"))), to_text(result.attr("message"))};
}

// What Python has not written yet belongs to this execution's output.
void flush_output() {
  try {
    nb::module_::import_("rota._streams").attr("flush")();
  } catch (nb::python_error& error) {
    error.discard_as_unraisable("rota: the streams of a task");
  }
}

}  // namespace

PythonTask::PythonTask(nb::object self, std::string task_id, std::string task_type,
                       std::string description)
    : BaseTask(std::move(task_id), std::move(task_type), std::move(description)),
      self_(std::move(self)) {
  self_.attr("_engine") = nb::cast(this, nb::rv_policy::reference);
}

PythonTask::~PythonTask() {
  const nb::gil_scoped_acquire gil;
  try {
    self_.attr("_engine") = nb::none();
  } catch (nb::python_error&) {
    // An object that refuses attributes by now keeps one that nobody uses.
  }
  try {
    nb::module_::import_("rota._registry").attr("_end_task_of_runner")();
  } catch (nb::python_error& error) {
    error.discard_as_unraisable("rota: the end of a task");
  }
  flush_output();
  self_.reset();
  last_result_.reset();
  pending_.reset();
}

std::string PythonTask::take(nb::python_error& error, const char* step) {
  const std::string text = describe_exception(error);
  if (!error.matches(PyExc_Exception)) {
    if (!pending_.is_valid()) pending_ = exception_of(error);
    if (error.matches(PyExc_SystemExit)) return "the task called sys.exit(): " + text;
    request_stop();
    return text;
  }
  try {
    self_.attr("_log_traceback")(step, exception_of(error));
  } catch (nb::python_error&) {
    std::fputs(traceback_of(error).c_str(), stderr);
  }
  return text;
}

template <class Function>
auto PythonTask::call(const char* step, Function&& function) {
  const nb::gil_scoped_acquire gil;
  try {
    return function();
  } catch (nb::python_error& error) {
    throw std::runtime_error(take(error, step));
  }
}

bool PythonTask::initialize() {
  return call("initialize", [&] { return is_success(self_.attr("initialize")()); });
}

void PythonTask::copy_config() {
  const nb::object given = self_.attr("config");
  config().continue_on_error =
      nb::cast<bool>(nb::bool_(nb::getattr(given, "continue_on_error", nb::bool_(false))));
  config().enable_checkpoints =
      nb::cast<bool>(nb::bool_(nb::getattr(given, "enable_checkpoints", nb::bool_(false))));
  config().force_restart =
      nb::cast<bool>(nb::bool_(nb::getattr(given, "force_restart", nb::bool_(false))));
}

void PythonTask::configure_operations() {
  call("configure_operations", [&] {
    self_.attr("_configure")();
    copy_config();
    for (const nb::handle name : self_.attr("_operation_names")()) {
      add_operation(nb::cast<std::string>(name), [](OperationContext&) {
        return OperationResult::error("it was not called by its object");
      });
    }
  });
}

bool PythonTask::execute() {
  return call("execute", [&] { return is_success(self_.attr("execute")()); });
}

bool PythonTask::execute_operations() {
  const nb::gil_scoped_release released;
  return BaseTask::execute();
}

bool PythonTask::finalize(bool success) {
  return call("finalize", [&] { return is_success(self_.attr("finalize")(success)); });
}

void PythonTask::pre_operation_hook(std::string_view operation_name) {
  call("pre_operation_hook", [&] {
    self_.attr("pre_operation_hook")(nb::str(operation_name.data(), operation_name.size()));
  });
}

void PythonTask::post_operation_hook(std::string_view operation_name, const OperationResult&) {
  call("post_operation_hook", [&] {
    self_.attr("post_operation_hook")(nb::str(operation_name.data(), operation_name.size()),
                                      last_result_);
  });
}

OperationResult PythonTask::execute_operation(const Operation& operation) {
  return call("execute_operation", [&] {
    last_result_ = self_.attr("_execute_named")(operation.name);
    return to_result(last_result_);
  });
}

nb::object PythonTask::perform(const std::string& name, nb::object function) {
  nb::object result;
  const Operation operation{
      name, [&](OperationContext&) {
        const nb::gil_scoped_acquire gil;
        try {
          result = function();
        } catch (nb::python_error& error) {
          const std::string text = take(error, name.c_str());
          result = nb::module_::import_("rota._base_task").attr("OperationResult")("ERROR", text);
        }
        return to_result(result);
      }};
  {
    const nb::gil_scoped_release released;
    BaseTask::execute_operation(operation);
  }
  return result;
}

void PythonTask::raise_pending() {
  if (!pending_.is_valid()) return;
  const nb::object error = std::move(pending_);
  pending_.reset();
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
  throw nb::python_error();
}

}  // namespace rota::python
