// SPDX-License-Identifier: Apache-2.0
// Plans and what became of them, for a person.
#include "report/counted.h"
#include "report/printable.h"
#include "report/table.h"
#include "report/text.h"
#include "report/time_text.h"

#include <algorithm>
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
  std::array<std::size_t, kStates.size()> counts{};  // by state: each has its name
  for (const TaskOutcome& outcome : summary.outcomes)
    ++counts.at(static_cast<std::size_t>(outcome.state));
  std::vector<std::string> parts;
  for (const NamedState& named : kStates) {
    const std::size_t count = counts.at(static_cast<std::size_t>(named.state));
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

// A million rows: in two passes, without a row that is kept.
std::string plan_to_text(const Plan& plan) {
  constexpr std::string_view kRun = "run";
  constexpr std::string_view kSkip = "skip";
  const bool skips = plan.count_to_run() < plan.steps.size();
  const std::size_t decision_width = skips ? kSkip.size() : kRun.size();
  std::size_t id_width = 0;
  std::size_t bytes = 0;
  for (const PlanStep& step : plan.steps) {
    id_width = std::max(id_width, display_width(printable(plan.graph.task_id(step.task))));
    bytes += step.reason.size();
  }
  std::string text;
  text.reserve(bytes + plan.steps.size() * (decision_width + id_width + 8) + 100);
  const auto add_column = [&text](std::string_view column, std::size_t width) {
    text.append(column).append(width - display_width(column) + 2, ' ');
  };
  for (const PlanStep& step : plan.steps) {
    add_column(step.will_run() ? kRun : kSkip, decision_width);
    add_column(printable(plan.graph.task_id(step.task)), id_width);
    text += printable(step.reason);
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text + plan_summary(plan) + '\n';
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
