// SPDX-License-Identifier: Apache-2.0
#include "cli/task_patterns.h"

#include "cli/exit_code.h"

#include <fnmatch.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

namespace rota::cli {
namespace {

using Ids = std::unordered_set<std::string>;
using Edges = std::unordered_map<std::string, std::vector<std::string>>;
using Condition = std::function<bool(const TaskMetadata&)>;

std::vector<std::string> ids_where(const ProjectTasks& tasks, const Condition& holds) {
  std::vector<std::string> found;
  for (const TaskClassPtr& task_class : tasks.registry().task_classes()) {
    if (holds(task_class->metadata())) found.emplace_back(task_class->task_id());
  }
  std::ranges::sort(found);
  return found;
}

bool has_tag(const TaskMetadata& metadata, const std::string& tag) {
  const std::size_t equals = tag.find('=');
  const auto found = metadata.tags.find(tag.substr(0, equals));
  return found != metadata.tags.end() &&
         (equals == std::string::npos || found->second == tag.substr(equals + 1));
}

[[noreturn]] void refuse(const std::string& word, const ProjectTasks& tasks,
                         const std::string& type) {
  std::set<std::string> types;
  if (!type.empty()) {
    for (const TaskClassPtr& one : tasks.registry().task_classes())
      types.insert(one->metadata().task_type);
  }
  const auto nearest =
      nearest_task_id(type, std::vector<std::string_view>(types.begin(), types.end()));
  throw UsageError(fmt::format("{}: there is no such task{}", word,
                               nearest ? fmt::format("; did you mean type:{}?", *nearest)
                                       : std::string("; `rota list` shows those that there are")));
}

std::vector<std::string> find_ids(const std::string& pattern, const ProjectTasks& tasks) {
  constexpr std::string_view kType = "type:";
  constexpr std::string_view kTag = "tag:";
  std::vector<std::string> found;
  std::string type;
  if (pattern.starts_with(kType)) {
    type = pattern.substr(kType.size());
    found = ids_where(tasks, [&](const TaskMetadata& task) { return task.task_type == type; });
  } else if (pattern.starts_with(kTag)) {
    const std::string tag = pattern.substr(kTag.size());
    found = ids_where(tasks, [&](const TaskMetadata& task) { return has_tag(task, tag); });
  } else if (pattern.find_first_of("*?[") != std::string::npos) {
    found = ids_where(tasks, [&](const TaskMetadata& task) {
      return ::fnmatch(pattern.c_str(), task.task_id.c_str(), 0) == 0;
    });
  } else {
    return {std::string(tasks.require(pattern)->task_id())};
  }
  if (found.empty()) refuse(pattern, tasks, type);
  return found;
}

// By the ids of the tasks, whether all that they need is there or not: the graph that is made of the selection
// tells what is missing in it, and a fault elsewhere is none here.
Edges find_edges(const ProjectTasks& tasks, bool follow) {
  Edges edges;
  for (const TaskClassPtr& task_class : tasks.registry().task_classes()) {
    const TaskMetadata& metadata = task_class->metadata();
    for (const std::string& dependency : metadata.dependencies) {
      follow ? edges[dependency].push_back(metadata.task_id)
             : edges[metadata.task_id].push_back(dependency);
    }
  }
  return edges;
}

void add_reachable(std::vector<std::string> from, const Edges& edges, Ids& ids) {
  Ids seen(from.begin(), from.end());
  while (!from.empty()) {
    const std::string at = std::move(from.back());
    from.pop_back();
    ids.insert(at);
    const auto found = edges.find(at);
    if (found == edges.end()) continue;
    for (const std::string& next : found->second) {
      if (seen.insert(next).second) from.push_back(next);
    }
  }
}

}  // namespace

NamedTasks find_named_tasks(const std::string& word, const ProjectTasks& tasks) {
  NamedTasks named;
  std::string pattern = word;
  if (pattern.starts_with('+')) {
    named.with_what_it_needs = true;
    pattern.erase(0, 1);
  }
  if (pattern.ends_with('+')) {
    named.with_what_follows = true;
    pattern.pop_back();
  }
  named.task_ids = find_ids(pattern, tasks);
  return named;
}

std::vector<std::string> find_all_named_tasks(const std::vector<std::string>& words, bool exact,
                                              const ProjectTasks& tasks) {
  Ids ids;
  Edges needs;
  Edges follows;
  for (const std::string& word : words) {
    const NamedTasks named = find_named_tasks(word, tasks);
    ids.insert(named.task_ids.begin(), named.task_ids.end());
    if (named.with_what_follows) {
      if (follows.empty()) follows = find_edges(tasks, true);
      add_reachable(named.task_ids, follows, ids);
    }
    if (named.with_what_it_needs && exact) {
      if (needs.empty()) needs = find_edges(tasks, false);
      add_reachable(named.task_ids, needs, ids);
    }
  }
  std::vector<std::string> all(ids.begin(), ids.end());
  std::ranges::sort(all);
  return all;
}

}  // namespace rota::cli
