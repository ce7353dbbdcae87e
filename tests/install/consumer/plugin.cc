// SPDX-License-Identifier: Apache-2.0
// A plugin with one task class.
#include <rota/rota.h>

class CountTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("count", [this](rota::OperationContext&) {
      set_metric("counted", 3);
      return rota::OperationResult::success();
    });
  }
};
ROTA_TASK(CountTask, .task_id = "t_count", .task_type = "counting", .dependencies = {"t_greet"});
