// SPDX-License-Identifier: Apache-2.0
// The runs and their plans in the log in memory.
#include "execution_log/execution_rules.h"
#include "execution_log/memory_log.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace rota::inline v1 {

void MemoryLog::begin_run(const RunStart& start, std::string_view plan) {
  check_run(start, plan, location());
  const std::lock_guard hold(mutex_);
  const auto is_it = [&](const RecordedRun& run) { return run.start.run_id == start.run_id; };
  if (std::ranges::any_of(runs_, is_it)) refuse_known_run(start.run_id, location());
  plans_.try_emplace(start.plan_hash, plan);
  runs_.push_back({.start = start,
                   .after_sequence = sequence_,
                   .started_at = owners_.now(),
                   .owner = owners_.current()});
}

bool MemoryLog::finish_run(std::string_view run_id) {
  const std::lock_guard hold(mutex_);
  for (RecordedRun& run : runs_) {
    if (run.start.run_id != run_id || run.finished_at) continue;
    run.finished_at = std::max(owners_.now(), run.started_at);
    return true;
  }
  return false;
}

std::optional<RecordedRun> MemoryLog::find_run(std::string_view run_id) const {
  const std::lock_guard hold(mutex_);
  for (const RecordedRun& run : runs_) {
    if (run.start.run_id == run_id) return run;
  }
  return std::nullopt;
}

std::vector<RecordedRun> MemoryLog::get_run_history(std::size_t limit) const {
  const std::lock_guard hold(mutex_);
  const std::size_t count = limit == 0 ? runs_.size() : std::min(limit, runs_.size());
  return {runs_.rbegin(), std::next(runs_.rbegin(), static_cast<std::ptrdiff_t>(count))};
}

std::optional<std::string> MemoryLog::find_plan(std::string_view plan_hash) const {
  const std::lock_guard hold(mutex_);
  const auto found = plans_.find(plan_hash);
  if (found == plans_.end()) return std::nullopt;
  return found->second;
}

void MemoryLog::remove_unused_runs() {
  if (runs_.empty()) return;
  std::set<std::string_view> used;
  for (const Execution& execution : executions_) used.insert(execution.start.run_id);
  const std::string newest = runs_.back().start.run_id;
  std::erase_if(runs_, [&](const RecordedRun& run) {
    return run.finished_at && run.start.run_id != newest && !used.contains(run.start.run_id);
  });
  std::erase_if(plans_, [&](const auto& plan) {
    return std::ranges::none_of(
        runs_, [&](const RecordedRun& run) { return run.start.plan_hash == plan.first; });
  });
}

}  // namespace rota::inline v1
