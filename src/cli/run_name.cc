// SPDX-License-Identifier: Apache-2.0
#include "cli/run_name.h"

#include "cli/exit_code.h"

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

}  // namespace rota::cli
