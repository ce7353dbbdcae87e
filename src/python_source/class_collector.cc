// SPDX-License-Identifier: Apache-2.0
#include "python_source/class_collector.h"

#include "os/one_line.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {

ClassCollector::ClassCollector(PythonDiscovery& discovery) : discovery_(discovery) {
  for (std::size_t at = 0; at < discovery.files.size(); ++at)
    there_before_.emplace(discovery.files[at].file, at);
}

void ClassCollector::take(LinkedClass linked, const std::shared_ptr<const SourcePlace>& place) {
  const std::string name = linked.metadata.class_name;
  std::vector<std::string> reasons;
  if (!linked.refusal.empty()) reasons.push_back(std::move(linked.refusal));
  const TaskClassPtr task_class =
      make_source_task_class(std::move(linked.metadata), linked.traits, linked.takes_any, place);
  std::ranges::move(validate_task_class(*task_class), std::back_inserter(reasons));
  if (!reasons.empty())
    return refuse(place->file, name, fmt::format("{}", fmt::join(reasons, "; ")));
  PythonFile& file = file_of(place->file, task_class->metadata().module);
  const auto [at, is_first] =
      discovery_.task_classes.try_emplace(task_class->task_id(), task_class);
  if (is_first) {
    file.task_classes.push_back(task_class);
  } else {
    discovery_.duplicates.push_back(
        {std::string(at->first), at->second->origin(), task_class->origin()});
  }
}

void ClassCollector::refuse(const std::string& file, const std::string& class_name,
                            const std::string& reasons) {
  discovery_.refused.push_back(
      {file, RefusalReason::invalid_task,
       one_line(fmt::format("its task class {} is not valid: {}", class_name, reasons))});
}

PythonFile& ClassCollector::file_of(const std::string& file, const std::string& module) {
  if (const auto known = there_before_.find(file); known != there_before_.end())
    return discovery_.files[known->second];
  if (discovery_.files.empty() || discovery_.files.back().file != file)
    discovery_.files.push_back({.file = file, .module = module});
  return discovery_.files.back();
}

}  // namespace rota::inline v1
