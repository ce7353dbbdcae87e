// SPDX-License-Identifier: Apache-2.0
// The exceptions of the library as exceptions of Python, of the same names and kinship.
#include "bindings.h"
#include <rota/error.h>
#include <rota/exchange.h>

namespace rota::python {

void bind_errors(nanobind::module_& module) {
  namespace nb = nanobind;
  // The last one that is given is the first that is asked.
  const nb::exception<Error> error(module, "Error", PyExc_RuntimeError);
  const nb::exception<TaskRegistryError> registry(module, "TaskRegistryError", error.ptr());
  const nb::exception<ArgumentError> argument(module, "ArgumentError", registry.ptr());
  const nb::exception<PlanError> plan(module, "PlanError", error.ptr());
  const nb::exception<LogError> log(module, "LogError", error.ptr());
  const nb::exception<AlreadyRunningError> running(module, "AlreadyRunningError", error.ptr());
  const nb::exception<ExchangeError> exchange(module, "ExchangeError", error.ptr());
  const auto tell = [](const nb::object& type, const char* text) { type.attr("__doc__") = text; };
  tell(error, "What Rota cannot do, and why, in one line; the base of all below.");
  tell(registry, "A task class, its registration or its instance is wrong.");
  tell(argument, "Arguments that a task does not take: all that is wrong with them.");
  tell(plan, "A plan cannot be made: a cycle, tasks that are missing, a selection of none.");
  tell(log, "The execution log cannot be read or written; a write that raises it changed nothing.");
  tell(running, "The same task runs already with the same arguments: its owner is named.");
  tell(exchange, "A file cannot be imported, or the log not exported; nothing was changed.");
}

}  // namespace rota::python
