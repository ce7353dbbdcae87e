// SPDX-License-Identifier: Apache-2.0
// A plugin that ends the process as soon as any of its code runs.
#include <rota/rota.h>

#include <cstdlib>

namespace {

[[maybe_unused]] const bool ended = [] {
  std::abort();
  return true;
}();

class HostileTask : public rota::BaseTask {
 public:
  HostileTask() { std::abort(); }
  void configure_operations() override {}
};
ROTA_TASK(HostileTask, .task_id = "t_hostile", .version = "6.6.6");

}  // namespace
