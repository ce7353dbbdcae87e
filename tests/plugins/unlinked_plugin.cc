// SPDX-License-Identifier: Apache-2.0
// A plugin that needs a symbol that no one has.
#include <rota/rota.h>

extern "C" int a_symbol_that_is_nowhere();

namespace {

class UnlinkedTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("call", [](rota::OperationContext&) {
      return a_symbol_that_is_nowhere() == 0 ? rota::OperationResult::success()
                                             : rota::OperationResult::error("not zero");
    });
  }
};
ROTA_TASK(UnlinkedTask, .task_id = "t_unlinked");

}  // namespace
