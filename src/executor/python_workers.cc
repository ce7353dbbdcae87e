// SPDX-License-Identifier: Apache-2.0
#include <rota/error.h>
#include <rota/python_source.h>
#include <rota/worker.h>

#include <fmt/format.h>

namespace rota::inline v1 {

WorkerCommand python_worker_command() {
  std::string problem;
  auto python = find_python(problem);
  if (!python) throw PlanError(fmt::format("tasks in Python cannot run: {}", problem));
  return {*std::move(python), {"-m", "rota._worker"}};
}

}  // namespace rota::inline v1
