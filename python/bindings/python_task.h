// SPDX-License-Identifier: Apache-2.0
// A Python object as a task: the life cycle, the record and the checkpoints are BaseTask's, each step is the object's
// method of the same name. Knows no registry.
#pragma once

#include <rota/base_task.h>

#include <exception>
#include <string>
#include <string_view>

#include <nanobind/nanobind.h>

namespace rota::python {

namespace nb = nanobind;

// Made, used and destroyed with or without the GIL; takes it where it calls Python.
class PythonTask final : public BaseTask {
 public:
  // The object's attribute `_engine` is this one as long as it lives. Needs the GIL.
  PythonTask(nb::object self, std::string task_id, std::string task_type, std::string description);
  ~PythonTask() override;

  bool initialize() override;
  void configure_operations() override;
  bool execute() override;
  bool finalize(bool success) override;
  void pre_operation_hook(std::string_view operation_name) override;
  void post_operation_hook(std::string_view operation_name, const OperationResult& result) override;
  OperationResult execute_operation(const Operation& operation) override;

  // For the object, whose own methods of these names come to them at last. Need the GIL.
  bool execute_operations();
  // `function` is called without arguments and gives an OperationResult of Python's, which comes back.
  nb::object perform(const std::string& name, nb::object function);
  // A KeyboardInterrupt or SystemExit that ended the run; raises it, once.
  void raise_pending();

  using BaseTask::logger;

 private:
  template <class Function>
  auto call(const char* step, Function&& function);
  // Of one that came from a step. A KeyboardInterrupt also asks the run to end; a SystemExit fails it.
  std::string take(nb::python_error& error, const char* step);
  void copy_config();

  nb::object self_;
  nb::object last_result_;
  nb::object pending_;
};

}  // namespace rota::python
