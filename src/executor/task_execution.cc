// SPDX-License-Identifier: Apache-2.0
#include "executor/task_execution.h"

namespace rota::inline v1 {
namespace {

class EndKeeper final : public ExecutionRecorder {
 public:
  explicit EndKeeper(const std::string& task_run_id) : task_run_id_(task_run_id) {}
  ExecutionHandle begin(const ExecutionStart&) override { return {task_run_id_, 1}; }
  void finish(const ExecutionHandle&, const ExecutionEnd& end) override { end_ = end; }
  std::optional<ExecutionEnd>& end() noexcept { return end_; }

 private:
  const std::string& task_run_id_;
  std::optional<ExecutionEnd> end_;
};

ExecutionEnd failed(std::string message) {
  return {.state = ExecutionState::failed, .message = std::move(message)};
}

ExecutionEnd run(BaseTask& task, const ExecutionRequest& request,
                 const TaskSurroundings& surroundings) {
  EndKeeper keeper(request.task_run_id);
  task.bind_context({.recorder = &keeper,
                     .project_root = request.project_root,
                     .stop = surroundings.stop,
                     .sink = surroundings.sink,
                     .enable_checkpoints = request.enable_checkpoints,
                     .force_restart = request.force_restart});
  if (surroundings.task_is) surroundings.task_is(&task);
  task.run();
  if (surroundings.task_is) surroundings.task_is(nullptr);
  if (keeper.end()) return *std::move(keeper.end());
  const auto& error = task.error_details();
  return failed(error ? error->message : "its run ended without a result");
}

}  // namespace

ExecutionEnd execute_task(const TaskClass& task_class, const ExecutionRequest& request,
                          const TaskSurroundings& surroundings) {
  try {
    const std::unique_ptr<BaseTask> task = task_class.create(request.arguments);
    return run(*task, request, surroundings);
  } catch (const std::exception& error) {
    return failed(error.what());
  } catch (...) {
    return failed("it threw something that is no std::exception");
  }
}

}  // namespace rota::inline v1
