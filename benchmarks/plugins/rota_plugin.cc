// SPDX-License-Identifier: Apache-2.0
// A plugin of one task class; the id is as wide as those of the copies.
#include <rota/rota.h>

namespace {

class BenchmarkTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("nothing",
                  [](rota::OperationContext&) { return rota::OperationResult::success(); });
  }
};

}  // namespace

ROTA_TASK(BenchmarkTask, .task_id = "BenchmarkPlugin000000", .task_type = "benchmark",
          .description = "One of many task classes that do nothing", .version = "1.0.0",
          .author = "Rota", .dependencies = {},
          .parameters = {
              {.name = "threads", .type = rota::ParameterType::integer, .default_value = "2"}});
