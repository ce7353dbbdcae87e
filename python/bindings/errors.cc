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
  nb::exception<ArgumentError>(module, "ArgumentError", registry.ptr());
  nb::exception<PlanError>(module, "PlanError", error.ptr());
  nb::exception<LogError>(module, "LogError", error.ptr());
  nb::exception<AlreadyRunningError>(module, "AlreadyRunningError", error.ptr());
  nb::exception<ExchangeError>(module, "ExchangeError", error.ptr());
}

}  // namespace rota::python
