// SPDX-License-Identifier: Apache-2.0
// Three tasks that wait for one another.
#include <rota/rota.h>

namespace {

class LoopTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {}
};
ROTA_TASK(LoopTask, .task_id = "t_a", .dependencies = {"t_b"});
ROTA_TASK(LoopTask, .task_id = "t_b", .dependencies = {"t_c"});
ROTA_TASK(LoopTask, .task_id = "t_c", .dependencies = {"t_a"});

}  // namespace
