// SPDX-License-Identifier: Apache-2.0
// A plugin with a class of the same name and the same id as the sound one has.
#include <rota/rota.h>

namespace {

class CountTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation(
        "twin", [](rota::OperationContext&) { return rota::OperationResult::success("the twin"); });
  }
};
ROTA_TASK(CountTask, .task_id = "t_count", .version = "9.9.9");
ROTA_TASK(CountTask, .task_id = "t_twin");

}  // namespace
