// SPDX-License-Identifier: Apache-2.0
// Two task classes as anybody would write them.
#include <rota/rota.h>

#include <fstream>
#include <stdexcept>

namespace {

class CountTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("count", [this](rota::OperationContext&) {
      set_metric("k", arguments().get<int>("k"));
      return rota::OperationResult::success();
    });
  }
};
ROTA_TASK(CountTask, .task_id = "t_count", .task_type = "test", .description = "Counts",
          .version = "1.2.0", .author = "Tests", .dependencies = {"t_throw"},
          .parameters = {
              {.name = "k", .type = rota::ParameterType::integer, .default_value = "5"}});

class ThrowTask : public rota::BaseTask {
 public:
  explicit ThrowTask(const rota::Arguments& arguments) : BaseTask(arguments) {
    if (arguments.get<bool>("argument", false)) arguments.get<int>("argument");
    throw std::runtime_error("no licence");
  }
  void configure_operations() override {}
};
ROTA_TASK(ThrowTask, .task_id = "t_throw");

}  // namespace
