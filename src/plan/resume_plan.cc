// SPDX-License-Identifier: Apache-2.0
// What is left of the plan of an earlier run: a new plan against the log, nothing replayed.
#include <rota/error.h>
#include <rota/plan.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// Why the plan has no meaning any more; what else there is, is counted.
class Differences {
 public:
  void add(std::string what) {
    if (count_++ == 0) first_ = std::move(what);
  }

  void throw_if_any(const RecordedRun& run) const {
    if (count_ == 0) return;
    throw PlanError(fmt::format(
        "run {} cannot be resumed: {}{}; `rota run` makes a new plan", run.start.run_id, first_,
        count_ > 1 ? fmt::format(" ({} tasks more have changed)", count_ - 1) : ""));
  }

 private:
  std::string first_;
  std::size_t count_ = 0;
};

void compare(const RecordedStep& step, const TaskRegistry& registry, Differences& differences) {
  const TaskClassPtr task_class = registry.get_task_class(step.task_id);
  if (task_class == nullptr) {
    differences.add(fmt::format("task {} of its plan is not there any more", step.task_id));
    return;
  }
  const TaskMetadata& metadata = task_class->metadata();
  const std::set<std::string_view> then(step.dependencies.begin(), step.dependencies.end());
  const std::set<std::string_view> now(metadata.dependencies.begin(), metadata.dependencies.end());
  if (then != now) {
    differences.add(
        fmt::format("task {} depends on others now than when it was planned", step.task_id));
    return;
  }
  Arguments arguments = step.arguments;
  const auto reasons = validate_arguments(*task_class, arguments);
  if (!reasons.empty())
    differences.add(fmt::format("task {} does not take the arguments of its plan any more: {}",
                                step.task_id, reasons.front()));
}

// What was forced and has not succeeded since.
std::vector<std::string> still_forced(const std::vector<RecordedStep>& steps,
                                      const ExecutionLog& log, const RecordedRun& run) {
  std::vector<std::string_view> forced;
  for (const RecordedStep& step : steps) {
    if (step.kind == ReasonKind::forced) forced.emplace_back(step.task_id);
  }
  std::vector<bool> done(forced.size());
  log.find_latest_executions(forced, [&](std::size_t at, const PastExecution& execution) {
    if (execution.state == ExecutionState::success &&
        execution.started_sequence > run.after_sequence) {
      done[at] = true;
    }
  });
  std::vector<std::string> left;
  for (std::size_t at = 0; at < forced.size(); ++at) {
    if (!done[at]) left.emplace_back(forced[at]);
  }
  return left;
}

}  // namespace

Plan resume_plan(const TaskRegistry& registry, const ExecutionLog& log, const RecordedRun& run,
                 const PlanOptions& options) {
  const auto record = log.find_plan(run.start.plan_hash);
  if (!record) {
    throw PlanError(
        fmt::format("run {} cannot be resumed: its plan is not kept any more", run.start.run_id));
  }
  const std::vector<RecordedStep> steps = read_plan_record(*record);
  Differences differences;
  PlanOptions same{.only = std::vector<std::string>(), .project_root = options.project_root};
  for (const RecordedStep& step : steps) {
    compare(step, registry, differences);
    same.only->push_back(step.task_id);
    if (!step.arguments.empty()) same.arguments.emplace(step.task_id, step.arguments);
  }
  differences.throw_if_any(run);
  same.forced = still_forced(steps, log, run);
  Plan plan = make_plan(build_graph(registry, *same.only), log, same);
  plan.resumes = run.start.run_id;
  return plan;
}

}  // namespace rota::inline v1
