// SPDX-License-Identifier: Apache-2.0
#include "plan/argument_change.h"
#include "plan/file_change.h"
#include "plan/local_time.h"
#include "plan/plan_arguments.h"
#include <rota/plan.h>
#include <rota/project.h>

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

struct Reason {
  ReasonKind kind;
  std::string text;
};

// What the plan has to know of a task when it comes to those that depend on it.
struct LastSuccess {
  std::int64_t finished_sequence = 0;  // 0: there is none
  std::vector<FileStamp> outputs = {};
};

std::string end_text(const Execution& execution) {
  return local_time_text(execution.finished_at.value_or(execution.started_at));
}

// Of a newest execution that is no success. One whose owner has died unnoticed has no end yet.
std::string describe_unsuccessful(const Execution& execution) {
  std::string since = fmt::format("running since {}", local_time_text(execution.started_at));
  if (is_active(execution.state())) return since;
  if (!execution.finished_at) return fmt::format("{}, {}", to_string(execution.state()), since);
  return fmt::format("{} at {}", to_string(execution.state()), end_text(execution));
}

// Goes through the graph once, in its order, so that what a task needs is decided before it.
class Planner {
 public:
  Planner(const Graph& graph, const ExecutionLog& log, const PlanOptions& options)
      : graph_(graph), log_(log), options_(options), root_(options.project_root) {}

  std::vector<PlanStep> decide_all() {
    std::vector<Arguments> arguments = complete_arguments(graph_, options_.arguments);
    steps_.reserve(graph_.size());
    last_.resize(graph_.size());
    for (TaskIndex task = 0; task < graph_.size(); ++task) {
      Reason reason = decide(task, arguments[task]);
      steps_.push_back({task, reason.kind, std::move(reason.text), std::move(arguments[task])});
      if (!steps_.back().will_run()) continue;
      for (const FileStamp& output : last_[task].outputs) outputs_to_come_.insert(output.path);
    }
    return std::move(steps_);
  }

 private:
  Reason decide(TaskIndex task, const Arguments& arguments) {
    if (options_.force) return {ReasonKind::forced, "forced"};
    const auto newest = log_.find_latest_execution(graph_.task_id(task), false);
    if (!newest) return {ReasonKind::never_ran, "never ran"};
    // Not always the newest: with other arguments a task may begin later and end earlier.
    const auto success = log_.find_latest_execution(graph_.task_id(task), true);
    if (success) last_[task] = {success->finished_sequence, success->end.outputs};
    if (newest->state() != ExecutionState::success) {
      return {ReasonKind::failed, describe_unsuccessful(*newest)};
    }
    return compare(task, success ? *success : *newest, arguments);
  }

  Reason compare(TaskIndex task, const Execution& success, const Arguments& arguments) {
    const std::string& version = graph_.task_class(task)->metadata().version;
    if (success.start.version != version) {
      return {ReasonKind::version_changed,
              fmt::format("version {} -> {}", success.start.version, version)};
    }
    if (std::string change = describe_argument_change(success.start.arguments, arguments);
        !change.empty()) {
      return {ReasonKind::argument_changed, std::move(change)};
    }
    const std::optional<TaskIndex> later = find_later_dependency(task, success);
    for (const FileStamp& input : success.end.inputs) {
      const std::string change = describe_file_change(input, root_for(input));
      if (change.empty() || (later && is_made_anew(input, task, success))) continue;
      return {ReasonKind::input_changed, fmt::format("input {}{}", input.path, change)};
    }
    for (const FileStamp& output : success.end.outputs) {
      const std::string change = describe_file_change(output, root_for(output));
      if (!change.empty())
        return {ReasonKind::output_changed, fmt::format("output {}{}", output.path, change)};
    }
    if (later) {
      return {ReasonKind::dependency_ran_later,
              fmt::format("dependency {} ran later", graph_.task_id(*later))};
    }
    return {ReasonKind::up_to_date, fmt::format("up to date since {}", end_text(success))};
  }

  bool is_later(TaskIndex dependency, const Execution& success) const {
    return steps_[dependency].will_run() ||
           last_[dependency].finished_sequence > success.started_sequence;
  }

  std::optional<TaskIndex> find_later_dependency(TaskIndex task, const Execution& success) const {
    for (const TaskIndex dependency : graph_.dependencies(task)) {
      if (is_later(dependency, success)) return dependency;
    }
    return std::nullopt;
  }

  // An input that differs because what makes it ran later or will run: the dependency is the better
  // reason. Asked only where some dependency is a reason, so that the task runs either way.
  bool is_made_anew(const FileStamp& input, TaskIndex task, const Execution& success) const {
    if (outputs_to_come_.contains(input.path)) return true;
    return std::ranges::any_of(graph_.dependencies(task), [&](TaskIndex dependency) {
      return is_later(dependency, success) &&
             std::ranges::find(last_[dependency].outputs, input.path, &FileStamp::path) !=
                 last_[dependency].outputs.end();
    });
  }

  // The project is looked for when a path first needs it.
  const std::filesystem::path& root_for(const FileStamp& stamp) {
    if (root_.empty() && !stamp.path.starts_with('/')) root_ = find_project().root;
    return root_;
  }

  const Graph& graph_;
  const ExecutionLog& log_;
  const PlanOptions& options_;
  std::filesystem::path root_;
  std::vector<PlanStep> steps_;
  std::vector<LastSuccess> last_;
  std::unordered_set<std::string>
      outputs_to_come_;  // of the tasks that will run, as far as the log knows
};

}  // namespace

std::size_t Plan::count_to_run() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(steps, &PlanStep::will_run));
}

Plan make_plan(Graph graph, const ExecutionLog& log, const PlanOptions& options) {
  std::vector<PlanStep> steps = Planner(graph, log, options).decide_all();
  return {std::move(graph), std::move(steps)};
}

}  // namespace rota::inline v1
