// SPDX-License-Identifier: Apache-2.0
// Task classes and their dependencies as JSON.
#include "report/json.h"
#include "report/json_trees.h"
#include "task/value_json.h"

namespace rota::inline v1 {
namespace {

Json parameter_tree(const Parameter& parameter) {
  return {{"name", parameter.name},
          {"type", to_string(parameter.type)},
          {"default_value", value_to_json<Json>(parameter.default_value)},
          {"required", parameter.required},
          {"description", parameter.description}};
}

}  // namespace

Json arguments_tree(const Arguments& arguments) {
  Json tree = Json::object();
  for (const auto& [name, value] : arguments) tree[name] = value_to_json<Json>(value);
  return tree;
}

Json task_tree(const TaskMetadata& task) {
  Json parameters = Json::array();
  for (const Parameter& parameter : task.parameters)
    parameters.push_back(parameter_tree(parameter));
  Json tags = Json::object();
  for (const auto& [name, value] : task.tags) tags[name] = value;
  return {{"task_id", task.task_id},
          {"task_type", task.task_type},
          {"description", task.description},
          {"version", task.version},
          {"class_name", task.class_name},
          {"module", task.module},
          {"dependencies", task.dependencies},
          {"author", task.author},
          {"parameters", std::move(parameters)},
          {"tags", std::move(tags)}};
}

std::string task_to_json(const TaskMetadata& task) { return indented(task_tree(task)); }

std::string tasks_to_json(const std::map<std::string, TaskMetadata>& tasks) {
  return lines(tasks, [](const auto& entry) { return task_tree(entry.second); }) + '\n';
}

std::string check_to_json(const TaskMetadata& task,
                          const std::vector<UnsatisfiedDependency>& unsatisfied) {
  const Json head = {{"task_id", task.task_id}, {"satisfied", unsatisfied.empty()}};
  return with_list(head, "unsatisfied", lines(unsatisfied, [](const UnsatisfiedDependency& one) {
                     return Json{
                         {"task_id", one.task_id},
                         {"latest", one.latest ? execution_tree(*one.latest) : Json(nullptr)}};
                   }));
}

}  // namespace rota::inline v1
