// SPDX-License-Identifier: Apache-2.0
// Hands a graph of task classes to the scheduler. Knows what a task is, and of the log only that there is one which
// keeps nothing.
#include "scheduler/dependency_run.h"
#include <rota/project.h>
#include <rota/unlogged_run.h>

#include <algorithm>
#include <mutex>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

UnloggedState state_of(NodeState state) noexcept {
  switch (state) {
    case NodeState::not_run:
      return UnloggedState::not_run;
    case NodeState::succeeded:
      return UnloggedState::succeeded;
    case NodeState::failed:
      return UnloggedState::failed;
    case NodeState::upstream_failed:
      return UnloggedState::upstream_failed;
  }
  return UnloggedState::not_run;
}

// Makes and runs one task, and keeps why it failed.
class Lives {
 public:
  Lives(const Graph& graph, const UnloggedOptions& options)
      : graph_(graph),
        log_(open_null_log()),
        context_{.log = log_.get(),
                 .project_root =
                     options.project_root.empty() ? find_project().root : options.project_root,
                 .stop = options.cancel} {
    for (const auto& [task_id, arguments] : options.arguments) {
      const auto task = graph.find(task_id);
      if (!task) {
        throw ArgumentError(fmt::format(
            "there are arguments for task {}, which is not in the graph; leave them out", task_id));
      }
      arguments_.emplace(*task, &arguments);
    }
  }

  bool operator()(TaskIndex index) const noexcept {
    try {
      const std::unique_ptr<BaseTask> task = graph_.task_class(index)->create(arguments_of(index));
      task->bind_context(context_);
      if (task->run()) return true;
      keep(index, task->error_details() ? task->error_details()->message : "");
    } catch (const std::exception& error) {
      keep(index, error.what());
    } catch (...) {
      keep(index, "it threw something that is no std::exception");
    }
    return false;
  }

  std::vector<UnloggedFailure> failures() && {
    std::ranges::sort(failures_, {}, &UnloggedFailure::task);
    return std::move(failures_);
  }

 private:
  const Arguments& arguments_of(TaskIndex task) const {
    const auto found = arguments_.find(task);
    return found == arguments_.end() ? none_ : *found->second;
  }
  // Where there is no memory left to keep it, the state alone tells that the task failed.
  void keep(TaskIndex task, std::string_view message) const noexcept {
    try {
      const std::lock_guard lock(mutex_);
      failures_.push_back({task, std::string(message)});
    } catch (const std::bad_alloc&) {
      return;
    }
  }

  const Graph& graph_;
  const std::unique_ptr<ExecutionLog> log_;
  const ExecutionContext context_;
  const Arguments none_;
  std::map<TaskIndex, const Arguments*> arguments_;
  mutable std::mutex mutex_;
  mutable std::vector<UnloggedFailure> failures_;
};

}  // namespace

std::size_t UnloggedSummary::count(UnloggedState state) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(states, state));
}

bool UnloggedSummary::succeeded() const noexcept {
  return count(UnloggedState::succeeded) == states.size();
}

UnloggedSummary run_unlogged(const Graph& graph, const UnloggedOptions& options) {
  std::vector<NodeIndex> offsets = {0}, dependents, needs;
  offsets.reserve(graph.size() + 1);
  needs.reserve(graph.size());
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    const auto row = graph.dependents(task);
    dependents.insert(dependents.end(), row.begin(), row.end());
    offsets.push_back(static_cast<NodeIndex>(dependents.size()));
    needs.push_back(static_cast<NodeIndex>(graph.dependencies(task).size()));
  }
  const std::size_t threads =
      options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  // A cancellation ends the run as a stop does.
  std::stop_source stop;
  const std::stop_callback stopped(options.stop, [&stop] { stop.request_stop(); });
  const std::stop_callback cancelled(options.cancel, [&stop] { stop.request_stop(); });
  const DependencyRunOptions how = {
      .threads = std::min(threads, std::max<std::size_t>(graph.size(), 1)),
      .stop_at_first_failure = options.stop_at_first_failure,
      .stop = stop.get_token()};
  Lives lives(graph, options);
  const std::vector<NodeState> states =
      DependencyRun<Lives>({offsets, dependents, needs}, how, lives).run();
  UnloggedSummary summary;
  summary.states.resize(states.size());
  std::ranges::transform(states, summary.states.begin(), state_of);
  summary.failures = std::move(lives).failures();
  return summary;
}

}  // namespace rota::inline v1
