// SPDX-License-Identifier: Apache-2.0
// A plugin that gives one id to two of its classes.
#include <rota/rota.h>

namespace {

class OneTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {}
};
class OtherTask : public OneTask {
 public:
  using OneTask::OneTask;
};
ROTA_TASK(OneTask, .task_id = "t_repeated");
ROTA_TASK(OtherTask, .task_id = "t_repeated");
ROTA_TASK(OtherTask, .task_id = "t_single");

}  // namespace
