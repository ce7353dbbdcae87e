// SPDX-License-Identifier: Apache-2.0
#include "plan/file_states.h"
#include "plan/local_time.h"
#include "plan/plan_arguments.h"
#include "plan/task_past.h"
#include <rota/error.h>
#include <rota/plan.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {
namespace {

struct Reason {
  ReasonKind kind;
  std::string text;
};

// Of a newest execution that is no success. One whose owner has died unnoticed has no end yet.
std::string describe_unsuccessful(const TaskPast& past) {
  std::string since = fmt::format("running since {}", local_time_text(past.newest_started_at));
  if (is_active(past.newest_state)) return since;
  if (!past.newest_finished_at) return fmt::format("{}, {}", to_string(past.newest_state), since);
  return fmt::format("{} at {}", to_string(past.newest_state),
                     local_time_text(*past.newest_finished_at));
}

// Most tasks of a plan have ended in the same few seconds.
class UpToDateTexts {
 public:
  const std::string& since(TimePoint time) {
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    if (text_.empty() || second != second_) {
      second_ = second;
      text_ = "up to date since " + local_time_text(time);
    }
    return text_;
  }

 private:
  std::chrono::sys_seconds second_{};
  std::string text_;
};

// The tasks of these ids, as a mark for each task of the graph.
std::vector<bool> marked(const Graph& graph, const std::vector<std::string>& task_ids) {
  std::vector<bool> marks(graph.size());
  for (const std::string& task_id : task_ids) {
    const auto task = graph.find(task_id);
    if (!task) throw PlanError(fmt::format("task {} is not in the graph of the plan", task_id));
    marks[*task] = true;
  }
  return marks;
}

// Goes through the graph once, in its order, so that what a task needs is decided before it.
class Planner {
 public:
  Planner(const Graph& graph, const ExecutionLog& log, const PlanOptions& options)
      : graph_(graph), log_(log), options_(options), files_(options.project_root) {
    if (options.only) only_ = marked(graph, *options.only);
    if (!options.forced.empty()) forced_ = marked(graph, options.forced);
  }

  std::vector<PlanStep> decide_all() {
    std::vector<Arguments> arguments = complete_arguments(graph_, options_.arguments, only_);
    // What is forced needs no past, unless what it needs must have one.
    pasts_ = options_.force && !options_.only ? std::vector<TaskPast>(graph_.size())
                                              : look_up_pasts(graph_, arguments, log_);
    require_what_is_not_planned();
    steps_.reserve(graph_.size());
    for (TaskIndex task = 0; task < graph_.size(); ++task) {
      Reason reason = may_run(task) ? decide(task) : Reason{ReasonKind::up_to_date, {}};
      steps_.push_back({task, reason.kind, std::move(reason.text), std::move(arguments[task])});
      if (!steps_.back().will_run()) continue;
      for (const FileStamp& output : pasts_[task].outputs) outputs_to_come_.insert(output.path);
    }
    return std::move(steps_);
  }

  bool may_run(TaskIndex task) const { return !options_.only || only_[task]; }

 private:
  // Tasks that may not run count as they are: they have succeeded, or what needs them cannot run.
  void require_what_is_not_planned() const {
    if (!options_.only) return;
    constexpr std::size_t kNamed = 20;
    std::vector<std::string> lines;
    std::size_t count = 0;
    for (TaskIndex task = 0; task < graph_.size(); ++task) {
      if (!may_run(task)) continue;
      for (const TaskIndex dependency : graph_.dependencies(task)) {
        if (may_run(dependency) || pasts_[dependency].finished_sequence != 0) continue;
        if (++count > kNamed) continue;
        lines.push_back(
            fmt::format("{} needs {}, which has never succeeded and is not among the tasks to run",
                        graph_.task_id(task), graph_.task_id(dependency)));
      }
    }
    if (count == 0) return;
    if (count == 1)
      throw PlanError(lines.front() + "; select it too, as with +" +
                      lines.front().substr(0, lines.front().find(' ')));
    throw PlanError(fmt::format(
        "{} dependencies have never succeeded and are not among the tasks to run:\n  {}{}", count,
        fmt::join(lines, "\n  "),
        count > kNamed ? fmt::format("\n  and {} more", count - kNamed) : ""));
  }

  Reason decide(TaskIndex task) {
    if (options_.force) return {ReasonKind::forced, "forced"};
    Reason reason = compare(task);
    const bool force = reason.kind == ReasonKind::up_to_date && !forced_.empty() && forced_[task];
    return force ? Reason{ReasonKind::forced, "forced"} : std::move(reason);
  }

  Reason compare(TaskIndex task) {
    TaskPast& past = pasts_[task];
    if (past.newest_started_sequence == 0) return {ReasonKind::never_ran, "never ran"};
    if (past.newest_state != ExecutionState::success)
      return {ReasonKind::failed, describe_unsuccessful(past)};
    if (past.change != ReasonKind::up_to_date) return {past.change, std::move(past.change_text)};
    const std::optional<TaskIndex> later = find_later_dependency(task, past);
    for (const FileStamp& input : past.inputs) {
      const std::string change = files_.describe_change(input);
      if (change.empty() || (later && is_made_anew(input, task, past))) continue;
      return {ReasonKind::input_changed, fmt::format("input {}{}", input.path, change)};
    }
    for (const FileStamp& output : past.outputs) {
      const std::string change = files_.describe_change(output);
      if (!change.empty())
        return {ReasonKind::output_changed, fmt::format("output {}{}", output.path, change)};
    }
    if (later) {
      return {ReasonKind::dependency_ran_later,
              fmt::format("dependency {} ran later", graph_.task_id(*later))};
    }
    return {ReasonKind::up_to_date, up_to_date_.since(past.finished_at)};
  }

  bool is_later(TaskIndex dependency, const TaskPast& past) const {
    return steps_[dependency].will_run() ||
           pasts_[dependency].finished_sequence > past.started_sequence;
  }

  std::optional<TaskIndex> find_later_dependency(TaskIndex task, const TaskPast& past) const {
    for (const TaskIndex dependency : graph_.dependencies(task)) {
      if (is_later(dependency, past)) return dependency;
    }
    return std::nullopt;
  }

  // An input that differs because what makes it ran later or will run: the dependency is the better
  // reason. Asked only where some dependency is a reason, so that the task runs either way.
  bool is_made_anew(const FileStamp& input, TaskIndex task, const TaskPast& past) const {
    if (outputs_to_come_.contains(input.path)) return true;
    return std::ranges::any_of(graph_.dependencies(task), [&](TaskIndex dependency) {
      return is_later(dependency, past) &&
             std::ranges::find(pasts_[dependency].outputs, input.path, &FileStamp::path) !=
                 pasts_[dependency].outputs.end();
    });
  }

  const Graph& graph_;
  const ExecutionLog& log_;
  const PlanOptions& options_;
  FileStates files_;
  UpToDateTexts up_to_date_;
  std::vector<bool> only_;    // where options_.only says so
  std::vector<bool> forced_;  // empty: none
  std::vector<TaskPast> pasts_;
  std::vector<PlanStep> steps_;
  std::unordered_set<std::string>
      outputs_to_come_;  // of the tasks that will run, as far as the log knows
};

}  // namespace

std::size_t Plan::count_to_run() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(steps, &PlanStep::will_run));
}

Plan make_plan(Graph graph, const ExecutionLog& log, const PlanOptions& options) {
  Planner planner(graph, log, options);
  std::vector<PlanStep> steps = planner.decide_all();
  if (!options.only) return {std::move(graph), std::move(steps)};

  std::vector<TaskIndex> planned;
  for (TaskIndex task = 0; task < graph.size(); ++task) {
    if (planner.may_run(task)) planned.push_back(task);
  }
  Plan part{graph.subgraph(planned)};
  for (const TaskIndex task : planned) {
    steps[task].task = static_cast<TaskIndex>(part.steps.size());
    part.steps.push_back(std::move(steps[task]));
  }
  return part;
}

}  // namespace rota::inline v1
