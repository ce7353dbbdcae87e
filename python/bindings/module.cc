// SPDX-License-Identifier: Apache-2.0
// The extension module `rota._rota`: what the package `rota` is made of. Its names are not for users.
#include "bindings.h"
#include <rota/version.h>

#include <stdexcept>

#include <nanobind/nanobind.h>

NB_MODULE(_rota, module) {
  if (PyInterpreterState_GetID(PyInterpreterState_Get()) != 0) {
    // Becomes an ImportError of these words; one of Python would only be the cause of another.
    throw std::runtime_error(
        "rota has one registry and one log in a process, and so cannot be imported in a "
        "subinterpreter; import it in the main one, or start another process");
  }
  module.doc() = "The C++ library of Rota, as the package `rota` uses it.";
  // Classes and logs live as long as the process.
  nanobind::set_leak_warnings(false);
  module.attr("version") =
      nanobind::make_tuple(ROTA_VERSION_MAJOR, ROTA_VERSION_MINOR, ROTA_VERSION_PATCH);
  rota::python::bind_errors(module);
  rota::python::bind_log(module);
  rota::python::bind_tasks(module);
  rota::python::bind_runs(module);
  rota::python::bind_workers(module);
}
