// SPDX-License-Identifier: Apache-2.0
// The classes that ROTA_TASK declares in this program and the libraries that it is linked with. Knows
// nothing of a registry.
#pragma once

#include "discovery/refusal.h"
#include <rota/task_class.h>
#include <rota/task_declaration.h>

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// What was declared since the last call, oldest first: a class, or why it is none. Safe from any thread;
// each is given once.
std::vector<OrRefusal<TaskClassPtr>> take_declared_tasks();
// False without taking a lock when there is nothing to take.
bool has_declared_tasks() noexcept;

// While it lives, declarations on this thread are ignored: a plugin is being loaded.
class IgnoreDeclarations {
 public:
  IgnoreDeclarations() noexcept;
  IgnoreDeclarations(const IgnoreDeclarations&) = delete;
  IgnoreDeclarations& operator=(const IgnoreDeclarations&) = delete;
  ~IgnoreDeclarations();
};

// A class whose instances come through the C function of a plugin or of this program.
class EntryTaskClass final : public TaskClass {
 public:
  EntryTaskClass(TaskMetadata metadata, const rota_task& entry, const std::type_info* type);
  const std::type_info* type() const noexcept override { return type_; }
  std::string_view fingerprint() const override;
  TaskClassPtr with_task_id(std::string task_id) const override;

 private:
  std::unique_ptr<BaseTask> construct(const Arguments& arguments) const override;
  bool takes_arguments() const noexcept override { return entry_.takes_arguments != 0; }

  const rota_task& entry_;
  const std::type_info* type_;
  mutable std::once_flag fingerprint_is_known_;
  mutable std::string fingerprint_;
};

// Calls the C function; its error comes back as an exception.
std::unique_ptr<BaseTask> create_through(const rota_task& entry, const Arguments& arguments);

}  // namespace rota::inline v1
