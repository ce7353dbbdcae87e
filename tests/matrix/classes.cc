// SPDX-License-Identifier: Apache-2.0
// Two task classes in C++ that leave a file behind when they run.
#include <rota/rota.h>

#include <fstream>

namespace {

bool leave(const char* name) { return static_cast<bool>(std::ofstream(name) << "ran\n"); }

class FirstTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("leave", [](rota::OperationContext&) {
      return leave("t_first.ran") ? rota::OperationResult::success()
                                  : rota::OperationResult::error("not written");
    });
  }
};
ROTA_TASK(FirstTask, .task_id = "t_first", .description = "The first", .version = "1.2.0",
          .parameters = {
              {.name = "k", .type = rota::ParameterType::integer, .default_value = "5"}});

class SecondTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("leave", [](rota::OperationContext&) {
      return leave("t_second.ran") ? rota::OperationResult::success()
                                   : rota::OperationResult::error("not written");
    });
  }
};
ROTA_TASK(SecondTask, .task_id = "t_second", .description = "The second", .version = "1.2.0",
          .dependencies = {"t_first"});

}  // namespace
