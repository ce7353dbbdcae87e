// SPDX-License-Identifier: Apache-2.0
// A class with a number in its id, of which the tests make a thousand by writing another number into a copy.
#include <rota/rota.h>

class NumberedTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("nothing",
                  [](rota::OperationContext&) { return rota::OperationResult::success(); });
  }
};
ROTA_TASK(NumberedTask, .task_id = "t_number_000000");
