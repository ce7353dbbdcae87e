// SPDX-License-Identifier: Apache-2.0
#include "executor/worker_classes.h"

#include <rota/task_registry.h>

#include <fmt/format.h>

namespace rota::inline v1 {

const Discovery& WorkerClasses::look_at(const std::string& plugin, const std::string& identity) {
  const auto [at, is_new] = plugins_.try_emplace({plugin, identity});
  if (is_new) at->second = discover_file(plugin);
  return at->second;
}

TaskClassPtr WorkerClasses::find(const std::string& plugin, const std::string& identity,
                                 const std::string& task_id, std::string& problem) try {
  if (plugin.empty()) {
    TaskClassPtr found = TaskRegistry::process().get_task_class(task_id);
    if (found == nullptr)
      problem = fmt::format(
          "task {} is in no plugin, and the worker's program has none of that id; declare it with "
          "ROTA_TASK in that program, or run it with the executor inline",
          task_id);
    return found;
  }
  const Discovery& discovery = look_at(plugin, identity);
  const auto at = discovery.task_classes.find(task_id);
  if (at != discovery.task_classes.end() && at->second->location_identity() == identity)
    return at->second;
  problem = discovery.refused.empty()
                ? fmt::format("plugin {} has changed since the run began; run again", plugin)
                : fmt::format("plugin {}: {}", plugin, discovery.refused.front().message);
  return nullptr;
} catch (const std::exception& error) {
  problem = error.what();
  return nullptr;
}

}  // namespace rota::inline v1
