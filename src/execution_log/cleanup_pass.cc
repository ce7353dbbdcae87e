// SPDX-License-Identifier: Apache-2.0
#include "execution_log/cleanup_pass.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {

CleanupEntry cleanup_entry_of(const Execution& execution) {
  return {execution.task_run_id,      execution.start.task_id, execution.state(),
          execution.started_sequence, execution.started_at,    execution.end.output_path};
}

bool may_exist(const std::filesystem::path& file) noexcept {
  std::error_code error;
  return std::filesystem::status(file, error).type() != std::filesystem::file_type::not_found;
}

CleanupPass::CleanupPass(const CleanupRule& rule, TimePoint now, std::string_view location)
    : rule_(rule), now_(now) {
  if (rule.max_age.value_or(std::chrono::seconds(0)).count() >= 0) return;
  throw LogError(
      fmt::format("the execution log {} cannot be cleaned of what is older than {} seconds; give "
                  "an age of 0 or more",
                  location, rule.max_age->count()));
}

void CleanupPass::add_named(const std::string& task_run_id, const Execution* execution) {
  if (execution == nullptr) {
    result_.unknown.push_back(task_run_id);
  } else if (named_.insert(execution->started_sequence).second) {
    result_.removed.push_back(cleanup_entry_of(*execution));
  }
}

void CleanupPass::consider(CleanupEntry entry, const std::optional<TimePoint>& finished_at) {
  if (is_named(entry.started_sequence)) return;
  if (task_id_ != entry.task_id) {
    task_id_ = entry.task_id;
    newer_ = 0;
    latest_success_.reset();
  }
  if (!is_old(finished_at.value_or(entry.started_at))) return;
  if (auto kept = reason_to_keep(entry, !finished_at)) {
    result_.kept.push_back(std::move(*kept));
  } else {
    result_.removed.push_back(std::move(entry));
  }
}

bool CleanupPass::is_old(TimePoint finished_at) {
  const bool too_many = rule_.max_per_task && newer_ >= *rule_.max_per_task;
  ++newer_;
  if (too_many || !rule_.max_age) return too_many;
  // Compared in seconds: an age of centuries in microseconds would be out of range.
  return std::chrono::floor<std::chrono::seconds>(now_ - finished_at) > *rule_.max_age;
}

std::optional<KeptExecution> CleanupPass::reason_to_keep(const CleanupEntry& entry,
                                                         bool is_active) {
  if (is_active) return KeptExecution{entry, KeptBecause::active, {}};
  if (!latest_success_) latest_success_ = find_latest_success(entry.task_id);
  if (*latest_success_ == entry.started_sequence)
    return KeptExecution{entry, KeptBecause::latest_success, {}};
  if (auto path = find_file_made_by(entry))
    return KeptExecution{entry, KeptBecause::makes_existing_file, std::move(*path)};
  return std::nullopt;
}

CleanupResult CleanupPass::result() {
  std::sort(result_.removed.begin(), result_.removed.end(),
            [](const CleanupEntry& left, const CleanupEntry& right) {
              return left.started_sequence < right.started_sequence;
            });
  std::sort(result_.kept.begin(), result_.kept.end(),
            [](const KeptExecution& left, const KeptExecution& right) {
              return left.execution.started_sequence < right.execution.started_sequence;
            });
  return std::move(result_);
}

}  // namespace rota::inline v1
