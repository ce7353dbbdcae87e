// SPDX-License-Identifier: Apache-2.0
#include "report/why_text.h"

#include "report/json_trees.h"
#include "report/printable.h"
#include "report/table.h"
#include "report/time_text.h"

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

std::string newest_text(const std::optional<Execution>& newest) {
  if (!newest) return "it never ran";
  const ExecutionStart& start = newest->start;
  return fmt::format("{} {}{}{}; execution {}",
                     is_active(newest->state()) ? "running since" : to_string(newest->state()),
                     local_time_text(newest->finished_at.value_or(newest->started_at)),
                     start.reason.empty() ? "" : ", because: " + start.reason,
                     start.run_id.empty() ? ", run on its own" : ", in run " + start.run_id,
                     newest->task_run_id);
}

std::string not_run_text(const Execution& execution) {
  const std::string& why =
      execution.end.message.empty() ? execution.start.reason : execution.end.message;
  return fmt::format("{} {}{}, in run {}", to_string(execution.state()),
                     local_time_text(execution.finished_at.value_or(execution.started_at)),
                     why.empty() ? "" : ", because: " + why, execution.start.run_id);
}

std::string decision_text(bool will_run, const std::string& reason) {
  if (!will_run) return reason.empty() ? "skip: up to date" : "skip: " + reason;
  return "run: " + reason;
}

std::string last_plan_text(const std::optional<EarlierDecision>& last) {
  if (!last) return "no run that is kept has planned it";
  return fmt::format("{}; run {} of {}", decision_text(last->step.will_run(), last->step.reason),
                     last->run.start.run_id, local_time_text(last->run.started_at));
}

Json decision_tree(bool will_run, ReasonKind kind, const std::string& reason) {
  return {{"will_run", will_run}, {"kind", to_string(kind)}, {"reason", reason}};
}

}  // namespace

std::string why_to_text(const WhyTask& why) {
  Table table;
  table.add_row({"Ran at last:", newest_text(why.newest)});
  if (why.not_run) table.add_row({"Not run:", not_run_text(*why.not_run)});
  table.add_row({"Last plan:", last_plan_text(why.last_plan)});
  table.add_row({"A plan now:", decision_text(why.now.will_run(), why.now.reason)});
  return printable(why.task_id) + '\n' + table.text();
}

std::string why_to_json(const WhyTask& why) {
  Json last = nullptr;
  if (why.last_plan) {
    const auto& [run, step] = *why.last_plan;
    last = {{"run_id", run.start.run_id},
            {"plan_hash", run.start.plan_hash},
            {"started_at", utc_time_text(run.started_at)}};
    last.update(decision_tree(step.will_run(), step.kind, step.reason));
  }
  Json now = decision_tree(why.now.will_run(), why.now.kind, why.now.reason);
  now["arguments"] = arguments_tree(why.now.arguments);
  return indented({{"task_id", why.task_id},
                   {"newest", why.newest ? execution_tree(*why.newest) : Json(nullptr)},
                   {"not_run", why.not_run ? execution_tree(*why.not_run) : Json(nullptr)},
                   {"last_plan", std::move(last)},
                   {"now", std::move(now)}});
}

}  // namespace rota::inline v1
