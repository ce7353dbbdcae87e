// SPDX-License-Identifier: Apache-2.0
// What a cleanup removes and what it keeps, and why: decided on one execution after the other, the same for
// every log. Knows nothing of how executions are kept; removes nothing.
#pragma once

#include <rota/execution_log.h>

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace rota::inline v1 {

CleanupEntry cleanup_entry_of(const Execution& execution);

// False only where it is certain that there is no such file.
bool may_exist(const std::filesystem::path& file) noexcept;

class CleanupPass {
 public:
  // Throws LogError for an age below zero. `location` is the log's.
  CleanupPass(const CleanupRule& rule, TimePoint now, std::string_view location);

  // First the executions that the rule names; a null pointer: there is none of that name.
  void add_named(const std::string& task_run_id, const Execution* execution);
  // All that follows is decided as if those had been removed.
  bool is_named(std::int64_t started_sequence) const { return named_.contains(started_sequence); }
  // False: what was named is all.
  bool has_rules() const noexcept { return rule_.max_age || rule_.max_per_task; }

  // Then all executions, those of one task after the other, its newest start first; `finished_at` is
  // nullopt while it is active.
  void consider(CleanupEntry entry, const std::optional<TimePoint>& finished_at);
  // In the order of their starts.
  CleanupResult result();

  // To be answered by the log, without what is named: the start of a task's latest success, 0 where it has none;
  std::function<std::int64_t(const std::string& task_id)> find_latest_success;
  // and a file that exists and that no newer execution has as output.
  std::function<std::optional<std::string>(const CleanupEntry&)> find_file_made_by;

 private:
  bool is_old(TimePoint finished_at);
  std::optional<KeptExecution> reason_to_keep(const CleanupEntry& entry, bool is_active);

  const CleanupRule& rule_;
  const TimePoint now_;
  std::unordered_set<std::int64_t> named_;
  CleanupResult result_;
  // Of the task that is looked at.
  std::optional<std::string> task_id_;
  std::size_t newer_ = 0;
  std::optional<std::int64_t> latest_success_;
};

}  // namespace rota::inline v1
