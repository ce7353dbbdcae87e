// SPDX-License-Identifier: Apache-2.0
// A Python class as a task class. Knows no registry.
#pragma once

#include <rota/task_class.h>

#include <memory>
#include <mutex>
#include <string>

#include <nanobind/nanobind.h>

namespace rota::python {

namespace nb = nanobind;

// Where the class is defined, for who opens it in another process.
struct PythonOrigin {
  std::string file = {};      // empty: not in a file
  std::string identity = {};  // as of python_source_identity()
};

class PythonTaskClass final : public TaskClass {
 public:
  // Needs the GIL.
  PythonTaskClass(nb::object task_class, TaskMetadata metadata, PythonOrigin origin);
  ~PythonTaskClass() override;

  std::string location() const override { return origin_.file; }
  std::string location_identity() const override { return origin_.identity; }
  std::string_view fingerprint() const override;
  bool takes_undeclared_arguments() const override;
  std::shared_ptr<const TaskClass> with_task_id(std::string task_id) const override;

 private:
  std::unique_ptr<BaseTask> construct(const Arguments& arguments) const override;

  // Shared by the same class under other ids; freed under the GIL, and left alone once Python has ended.
  std::shared_ptr<nb::object> task_class_;
  PythonOrigin origin_;
  mutable std::once_flag once_;
  mutable std::string fingerprint_;
};

}  // namespace rota::python
