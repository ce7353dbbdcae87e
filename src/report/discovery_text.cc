// SPDX-License-Identifier: Apache-2.0
#include "report/discovery_text.h"

#include "report/counted.h"
#include "report/json_trees.h"
#include "report/table.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {
namespace {

std::vector<std::string_view> task_ids(const std::vector<TaskClassPtr>& task_classes) {
  std::vector<std::string_view> ids;
  for (const TaskClassPtr& task_class : task_classes) ids.push_back(task_class->task_id());
  return ids;
}

std::string task_ids_text(const std::vector<TaskClassPtr>& task_classes) {
  return task_classes.empty() ? "none that counts"
                              : fmt::format("{}", fmt::join(task_ids(task_classes), ", "));
}

std::string plugins_text(const std::vector<PluginFile>& plugins) {
  if (plugins.empty()) return {};
  Table table;
  table.add_row({"PLUGIN", "TASK CLASSES"});
  for (const PluginFile& plugin : plugins) {
    std::string classes = task_ids_text(plugin.task_classes);
    if (!plugin.remark.empty()) classes += fmt::format(" ({})", plugin.remark);
    table.add_row({plugin.file(), classes});
  }
  return table.text() + "\n";
}

std::string python_files_text(const std::vector<PythonFile>& files) {
  if (files.empty()) return {};
  Table table;
  table.add_row({"PYTHON FILE", "TASK CLASSES"});
  for (const PythonFile& file : files) table.add_row({file.file, task_ids_text(file.task_classes)});
  return table.text() + "\n";
}

std::string uncertain_text(const std::vector<UncertainClass>& uncertain) {
  if (uncertain.empty()) return {};
  Table table;
  table.add_row({"UNCERTAIN", "CLASS", "MESSAGE"});
  for (const UncertainClass& one : uncertain) {
    table.add_row({fmt::format("{}:{}", one.file, one.line), one.class_name,
                   fmt::format("cannot be told without importing it: {}", one.reason)});
  }
  return table.text() + "\n";
}

template <class T>
std::vector<T> joined(const std::vector<T>& first, const std::vector<T>& second) {
  std::vector<T> all = first;
  all.insert(all.end(), second.begin(), second.end());
  return all;
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
          {"task_ids", task_ids(plugin.task_classes)},
          {"remark", plugin.remark}};
}

Json to_tree(const PythonFile& file) {
  return {{"file", file.file}, {"module", file.module}, {"task_ids", task_ids(file.task_classes)}};
}

Json to_tree(const UncertainClass& one) {
  return {{"file", one.file},
          {"line", one.line},
          {"class_name", one.class_name},
          {"reason", one.reason}};
}

Json to_tree(const CacheUse& cache) {
  return {{"files_known", cache.files_known},
          {"files_read", cache.files_read},
          {"problem", cache.problem}};
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

std::string files_text(const Discovery& discovery, const PythonDiscovery& python) {
  const std::string plugins = counted(discovery.plugins.size(), "plugin", "plugins");
  if (python.files.empty()) return plugins;
  const std::string files = counted(python.files.size(), "Python file", "Python files");
  return discovery.plugins.empty() ? files : fmt::format("{} and {}", plugins, files);
}

}  // namespace

std::string discovery_summary(const Discovery& discovery, const PythonDiscovery& python) {
  std::string summary = fmt::format(
      "{} in {}, {} refused, {}",
      counted(discovery.task_classes.size() + python.task_classes.size(), "task class",
              "task classes"),
      files_text(discovery, python), discovery.refused.size() + python.refused.size(),
      counted(discovery.duplicates.size() + python.duplicates.size(), "duplicate", "duplicates"));
  if (!python.uncertain.empty()) summary += fmt::format(", {} uncertain", python.uncertain.size());
  return summary;
}

std::string discovery_to_text(const Discovery& discovery, const PythonDiscovery& python) {
  return plugins_text(discovery.plugins) + python_files_text(python.files) +
         refused_text(joined(discovery.refused, python.refused)) +
         uncertain_text(python.uncertain) +
         duplicates_text(joined(discovery.duplicates, python.duplicates)) +
         discovery_summary(discovery, python) + "\n";
}

std::string discovery_to_json(const Discovery& discovery, const PythonDiscovery& python) {
  const Json head = {{"plugins", to_trees(discovery.plugins)},
                     {"refused", to_trees(joined(discovery.refused, python.refused))},
                     {"duplicates", to_trees(joined(discovery.duplicates, python.duplicates))},
                     {"cache", to_tree(discovery.cache)},
                     {"python",
                      {{"files", to_trees(python.files)},
                       {"uncertain", to_trees(python.uncertain)},
                       {"cache", to_tree(python.cache)},
                       {"problem", python.problem}}}};
  auto task_classes = joined(discovery.sorted_task_classes(), python.sorted_task_classes());
  std::ranges::sort(task_classes, {}, &TaskClass::task_id);
  return with_list(head, "tasks", lines(task_classes, [](const TaskClassPtr& one) {
                     return task_tree(one->metadata());
                   }));
}

}  // namespace rota::inline v1
