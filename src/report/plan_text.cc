// SPDX-License-Identifier: Apache-2.0
// Plans and what became of them, for a person.
#include "report/counted.h"
#include "report/table.h"
#include "report/text.h"
#include "report/time_text.h"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {
namespace {

std::string count_of_tasks(std::size_t count) { return counted(count, "task", "tasks"); }

struct NamedState {
  ExecutionState state;
  std::string_view text;
};

// In the order in which the last line of a run counts them.
constexpr std::array kStates = {
    NamedState{ExecutionState::success, "succeeded"},
    NamedState{ExecutionState::skipped_up_to_date, "up to date"},
    NamedState{ExecutionState::failed, "failed"},
    NamedState{ExecutionState::timeout, "timed out"},
    NamedState{ExecutionState::cancelled, "cancelled"},
    NamedState{ExecutionState::lost, "lost"},
    NamedState{ExecutionState::upstream_failed, "not run after a failure"},
    NamedState{ExecutionState::blocked, "blocked"},
    NamedState{ExecutionState::running, "still running"},
    NamedState{ExecutionState::submitted, "not started"}};

std::string figures(const RunSummary& summary) {
  std::vector<std::string> parts;
  for (const NamedState& named : kStates) {
    std::size_t count = 0;
    for (const TaskOutcome& outcome : summary.outcomes)
      count += outcome.state == named.state ? 1 : 0;
    if (count > 0) parts.push_back(fmt::format("{} {}", count, named.text));
  }
  if (parts.empty()) parts.emplace_back("nothing to do");
  return fmt::format("{}: {} in {}\n", count_of_tasks(summary.outcomes.size()),
                     fmt::join(parts, ", "), duration_text(summary.duration));
}

bool went_well(ExecutionState state) {
  return state == ExecutionState::success || state == ExecutionState::skipped_up_to_date;
}

}  // namespace

std::string plan_summary(const Plan& plan) {
  const std::size_t to_run = plan.count_to_run();
  return fmt::format("{}: {} to run, {} up to date", count_of_tasks(plan.steps.size()), to_run,
                     plan.steps.size() - to_run);
}

std::string plan_to_text(const Plan& plan) {
  Table table;
  for (const PlanStep& step : plan.steps) {
    table.add_row({step.will_run() ? "run" : "skip", plan.graph.task_id(step.task), step.reason});
  }
  return table.text() + plan_summary(plan) + '\n';
}

std::string summary_to_text(const RunSummary& summary, const Plan& plan) {
  Table table;
  for (const TaskOutcome& outcome : summary.outcomes) {
    const bool not_begun = outcome.state == ExecutionState::submitted;
    if (went_well(outcome.state) || (not_begun && outcome.message.empty())) continue;
    table.add_row({not_begun ? "not started" : std::string(to_string(outcome.state)),
                   plan.graph.task_id(outcome.task), outcome.message});
  }
  std::string text = table.text();
  if (summary.log_failed) text += "the run was ended because the log could not be written\n";
  if (summary.interrupted) text += "the run was interrupted\n";
  return text + figures(summary);
}

}  // namespace rota::inline v1
