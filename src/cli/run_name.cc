// SPDX-License-Identifier: Apache-2.0
#include "cli/run_name.h"

#include "cli/exit_code.h"
#include "run_record/past_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::cli {

std::string find_task_run_id(const ExecutionLog& log, const std::string& name) {
  constexpr std::size_t kLeast = 4;
  constexpr std::size_t kNamed = 10;
  if (log.find_execution(name)) return name;
  if (name.size() < kLeast) {
    throw UsageError(fmt::format(
        "task run {}: that is too short to name one; give {} characters of it", name, kLeast));
  }
  std::vector<std::string> found = log.find_task_run_ids(name, kNamed + 1);
  if (found.empty()) {
    throw UsageError(
        fmt::format("there is no task run {}; `rota log` shows those that there are", name));
  }
  if (found.size() == 1) return found.front();
  const bool are_more = found.size() > kNamed;
  if (are_more) found.pop_back();
  throw UsageError(fmt::format("task run {}: several begin so: {}{}; give more of it", name,
                               fmt::join(found, " "), are_more ? " and others" : ""));
}

RecordedRun find_run_to_resume(const ExecutionLog& log, const std::string& name) {
  if (name.empty()) {
    if (auto last = find_last_recorded_run(log)) return *std::move(last);
    throw UsageError("there is no run to resume; `rota run` begins one");
  }
  if (const auto run = log.find_run(name)) return *run;
  std::vector<RecordedRun> found;
  for (RecordedRun& run : log.get_run_history(0)) {
    if (run.start.run_id.starts_with(name)) found.push_back(std::move(run));
  }
  if (found.size() == 1) return found.front();
  throw UsageError(
      found.empty()
          ? fmt::format("there is no run {}; `rota log --json` has the run_id of each", name)
          : fmt::format("run {}: {} runs begin so; give more of it", name, found.size()));
}

}  // namespace rota::cli
