// SPDX-License-Identifier: Apache-2.0
// A host program: runs a task of its own, and one of the plugin in the folder that it is given.
#include <rota/rota.h>

#include <cstdio>
#include <memory>

class GreetTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("greet",
                  [](rota::OperationContext&) { return rota::OperationResult::success(); });
  }
};
ROTA_TASK(GreetTask, .task_id = "t_greet", .version = "2.0.0");

static bool run_task(const rota::TaskClassPtr& task_class) {
  if (task_class == nullptr) return false;
  const std::unique_ptr<rota::BaseTask> task = task_class->create();
  const bool succeeded = task->run();
  std::printf("%s %s\n", task->task_id().c_str(), succeeded ? "ran" : "failed");
  return succeeded;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const rota::Discovery found = rota::discover({.roots = {argv[1]}});
  const auto plugin_task = found.task_classes.find("t_count");
  if (plugin_task == found.task_classes.end()) return 3;
  const bool all_ran = run_task(rota::get_task_class("t_greet")) && run_task(plugin_task->second);
  return all_ran ? 0 : 1;
}
