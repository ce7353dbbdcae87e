// SPDX-License-Identifier: Apache-2.0
#include "discovery/plugin.h"
#include "discovery/scan.h"
#include <rota/discovery.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {
namespace {

void take_class(TaskClassPtr task_class, const std::filesystem::path& file, Discovery& discovery) {
  const std::string& task_id = task_class->metadata().task_id;
  if (const auto reasons = validate_task_class(*task_class); !reasons.empty()) {
    discovery.refused.push_back(
        {file, RefusalReason::invalid_task,
         fmt::format("its task class {} is not valid: {}", task_class->metadata().class_name,
                     fmt::join(reasons, "; "))});
    return;
  }
  const auto [at, is_new] = discovery.task_classes.try_emplace(task_id, task_class);
  if (!is_new)
    discovery.duplicates.push_back({task_id, at->second->origin(), task_class->origin()});
}

void take_plugin(const Candidate& candidate, Discovery& discovery) {
  auto read = read_plugin(candidate.file);
  if (auto* refusal = std::get_if<Refusal>(&read)) {
    discovery.refused.push_back({candidate.file, refusal->reason, std::move(refusal->message)});
    return;
  }
  auto& manifest = std::get<Manifest>(read);
  for (Refusal& refusal : manifest.refused) {
    discovery.refused.push_back({candidate.file, refusal.reason, std::move(refusal.message)});
  }
  if (manifest.tasks.empty()) return;
  const auto library = std::make_shared<PluginLibrary>(candidate.file, manifest.identity);
  for (TaskMetadata metadata : manifest.tasks) {
    metadata.module = candidate.module;
    take_class(make_plugin_task_class(std::move(metadata), library), candidate.file, discovery);
  }
  PluginFile plugin{.file = candidate.file, .module = candidate.module};
  for (const auto& task : manifest.tasks) plugin.task_ids.push_back(task.task_id);
  discovery.plugins.push_back(std::move(plugin));
}

}  // namespace

std::string_view to_string(RefusalReason reason) noexcept {
  constexpr std::string_view kNames[] = {
      "unreadable",         "not_regular",    "not_elf",     "other_machine",
      "truncated",          "malformed_note", "too_big",     "abi_differs",
      "cxx_abi_differs",    "invalid_task",   "no_task",     "wrong_owner",
      "writable_by_others", "not_allowed",    "lock_differs"};
  return kNames[static_cast<std::size_t>(reason)];
}

DiscoveryQuery make_discovery_query(const Project& project,
                                    const std::optional<std::vector<std::string>>& packages,
                                    bool recursive) {
  DiscoveryQuery query{.roots = project.search_path, .recursive = recursive};
  if (packages) {
    query.packages = *packages;
    if (packages->empty()) query.roots.clear();
  } else if (!project.search_path_is_given) {
    query.packages = {"scripts"};
  }
  return query;
}

Discovery discover(const DiscoveryQuery& query) {
  Scan scanned = scan(query);
  Discovery discovery;
  discovery.refused = std::move(scanned.refused);
  for (const Candidate& candidate : scanned.candidates) take_plugin(candidate, discovery);
  return discovery;
}

Discovery discover_file(const std::filesystem::path& file) {
  Discovery discovery;
  take_plugin({file, file.stem().string()}, discovery);
  return discovery;
}

void write_lock_file(const std::filesystem::path& lock_file, const std::vector<PluginFile>&) {
  throw TaskRegistryError(fmt::format("{}: not written yet", lock_file.string()));
}

}  // namespace rota::inline v1
