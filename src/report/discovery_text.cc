// SPDX-License-Identifier: Apache-2.0
#include "report/discovery_text.h"

#include "report/counted.h"
#include "report/json_trees.h"
#include "report/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {
namespace {

std::vector<std::string_view> task_ids(const PluginFile& plugin) {
  std::vector<std::string_view> ids;
  for (const TaskClassPtr& task_class : plugin.task_classes) ids.push_back(task_class->task_id());
  return ids;
}

std::string plugins_text(const std::vector<PluginFile>& plugins) {
  if (plugins.empty()) return {};
  Table table;
  table.add_row({"PLUGIN", "TASK CLASSES"});
  for (const PluginFile& plugin : plugins) {
    std::string classes = plugin.task_classes.empty()
                              ? "none that counts"
                              : fmt::format("{}", fmt::join(task_ids(plugin), ", "));
    if (!plugin.remark.empty()) classes += fmt::format(" ({})", plugin.remark);
    table.add_row({plugin.file(), classes});
  }
  return table.text() + "\n";
}

std::string refused_text(const std::vector<RefusedFile>& refused) {
  if (refused.empty()) return {};
  Table table;
  table.add_row({"REFUSED", "REASON", "MESSAGE"});
  for (const RefusedFile& file : refused)
    table.add_row({file.file, std::string(to_string(file.reason)), file.message});
  return table.text() + "\n";
}

std::string duplicates_text(const std::vector<DuplicateTask>& duplicates) {
  if (duplicates.empty()) return {};
  Table table;
  table.add_row({"DUPLICATE", "COUNTS", "DOES NOT COUNT"});
  for (const DuplicateTask& duplicate : duplicates)
    table.add_row({duplicate.task_id, duplicate.kept, duplicate.shadowed});
  return table.text() + "\n";
}

Json to_tree(const PluginFile& plugin) {
  return {{"file", plugin.file()},
          {"module", plugin.module()},
          {"task_ids", task_ids(plugin)},
          {"remark", plugin.remark}};
}

Json to_tree(const RefusedFile& refused) {
  return {
      {"file", refused.file}, {"reason", to_string(refused.reason)}, {"message", refused.message}};
}

Json to_tree(const DuplicateTask& duplicate) {
  return {
      {"task_id", duplicate.task_id}, {"kept", duplicate.kept}, {"shadowed", duplicate.shadowed}};
}

template <class T>
Json to_trees(const std::vector<T>& values) {
  Json trees = Json::array();
  for (const T& value : values) trees.push_back(to_tree(value));
  return trees;
}

}  // namespace

std::string discovery_summary(const Discovery& discovery) {
  return fmt::format("{} in {}, {} refused, {}",
                     counted(discovery.task_classes.size(), "task class", "task classes"),
                     counted(discovery.plugins.size(), "plugin", "plugins"),
                     discovery.refused.size(),
                     counted(discovery.duplicates.size(), "duplicate", "duplicates"));
}

std::string discovery_to_text(const Discovery& discovery) {
  return plugins_text(discovery.plugins) + refused_text(discovery.refused) +
         duplicates_text(discovery.duplicates) + discovery_summary(discovery) + "\n";
}

std::string discovery_to_json(const Discovery& discovery) {
  const Json head = {{"plugins", to_trees(discovery.plugins)},
                     {"refused", to_trees(discovery.refused)},
                     {"duplicates", to_trees(discovery.duplicates)},
                     {"cache",
                      {{"files_known", discovery.cache.files_known},
                       {"files_read", discovery.cache.files_read},
                       {"problem", discovery.cache.problem}}}};
  return with_list(head, "tasks",
                   lines(discovery.sorted_task_classes(),
                         [](const TaskClassPtr& one) { return task_tree(one->metadata()); }));
}

}  // namespace rota::inline v1
