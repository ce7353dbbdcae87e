// SPDX-License-Identifier: Apache-2.0
#include "executor/worker_classes.h"

#include <rota/task_registry.h>
#include <rota/worker.h>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// Never destroyed: what it holds may belong to an interpreter that is gone by then.
SourceLoader& source_loader() {
  static auto* const loader = new SourceLoader;
  return *loader;
}

TaskClassPtr load_source(const std::string& file, const std::string& identity,
                         const std::string& task_id, std::string& problem) {
  const SourceLoader& load = source_loader();
  if (!load) {
    problem = fmt::format(
        "task {} is in {}, and the worker's program runs no Python; leave the choice of the "
        "program to Rota, or name one that does",
        task_id, file);
    return nullptr;
  }
  TaskClassPtr loaded = load(file, identity, task_id, problem);
  if (loaded == nullptr && problem.empty())
    problem = fmt::format("task {} is not in {} any more; run again", task_id, file);
  return loaded;
}

}  // namespace

void set_source_loader(SourceLoader loader) { source_loader() = std::move(loader); }

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
  if (plugin.ends_with(".py")) return load_source(plugin, identity, task_id, problem);
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
