// SPDX-License-Identifier: Apache-2.0
// Tasks that need others that are not there.
#include <rota/rota.h>

namespace {

class NeedyTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {}
};
ROTA_TASK(NeedyTask, .task_id = "t_needy", .dependencies = {"t_improt", "t_elsewhere"});

}  // namespace
