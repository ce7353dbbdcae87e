// SPDX-License-Identifier: Apache-2.0
// Python processes as workers of a runner: `python -m rota._worker`.
//
// The process that the runner starts imports rota once, and forks each worker.
#include "bindings.h"
#include "python_task_class.h"
#include "values.h"
#include <rota/python_source.h>
#include <rota/worker.h>

#include <pthread.h>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace rota::python {
namespace {

using namespace nb::literals;

// Set in a worker: forks there are those of its task, and of Python's own business.
bool is_worker = false;

void before_worker() {
  if (!is_worker) PyOS_BeforeFork();
}

void after_worker_in_supervisor() {
  if (!is_worker) PyOS_AfterFork_Parent();
}

// A worker waits for its runner outside of Python, so that threads of a task go on; who calls Python takes the GIL.
void after_fork_in_worker() {
  if (is_worker) return;
  is_worker = true;
  PyOS_AfterFork_Child();
  PyEval_SaveThread();
}

std::optional<int> serve(std::vector<std::string> words) {
  static const int registered =
      ::pthread_atfork(&before_worker, &after_worker_in_supervisor, &after_fork_in_worker);
  (void)registered;
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return run_as_worker(static_cast<int>(words.size()), argv.data());
}

// `load(file, identity, task_id)` gives a class, its metadata, or raises what keeps it from being loaded.
void set_python_source_loader(nb::object load) {
  // As long as the process: there is nothing that could free it.
  const nb::object* kept = new nb::object(std::move(load));
  set_source_loader([kept](const std::string& file, const std::string& identity,
                           const std::string& task_id, std::string& problem) -> TaskClassPtr {
    const nb::gil_scoped_acquire gil;
    try {
      const nb::object found = (*kept)(file, identity, task_id);
      return std::make_shared<PythonTaskClass>(nb::borrow(found[0]), to_metadata(found[1]),
                                               PythonOrigin{.file = file, .identity = identity});
    } catch (nb::python_error& error) {
      problem = describe_exception(error);
      return nullptr;
    }
  });
}

}  // namespace

void bind_workers(nb::module_& module) {
  module.def("run_as_worker", &serve, "words"_a);
  module.def("set_source_loader", &set_python_source_loader, "load"_a);
}

}  // namespace rota::python
