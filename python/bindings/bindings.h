// SPDX-License-Identifier: Apache-2.0
// The parts of the extension module `rota._rota`, each in a file of its own.
#pragma once

#include <nanobind/nanobind.h>

namespace rota::python {

void bind_errors(nanobind::module_& module);
void bind_log(nanobind::module_& module);
void bind_tasks(nanobind::module_& module);
void bind_runs(nanobind::module_& module);
void bind_workers(nanobind::module_& module);

}  // namespace rota::python
