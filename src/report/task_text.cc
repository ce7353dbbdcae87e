// SPDX-License-Identifier: Apache-2.0
// Task classes and their dependencies for a person.
#include "report/table.h"
#include "report/text.h"
#include "report/time_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {
namespace {

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

// "threads (integer, default 2): how many work at once"
std::string parameter_text(const Parameter& parameter) {
  std::string text = fmt::format("{} ({}", parameter.name, to_string(parameter.type));
  if (parameter.required) text += ", required";
  if (!parameter.default_value.is_null())
    text += fmt::format(", default {}", parameter.default_value.to_text());
  text += ')';
  if (!parameter.description.empty()) text += ": " + parameter.description;
  return text;
}

std::string unsatisfied_text(const UnsatisfiedDependency& dependency) {
  if (!dependency.latest) return "never ran";
  const Execution& latest = *dependency.latest;
  const std::string state(to_string(latest.state()));
  if (is_active(latest.state()))
    return fmt::format("{} since {}", state, local_time_text(latest.started_at));
  std::string text = fmt::format("{} at {}", state,
                                 local_time_text(latest.finished_at.value_or(latest.started_at)));
  if (!latest.end.message.empty()) text += ": " + latest.end.message;
  return text;
}

}  // namespace

std::string tasks_to_text(const std::map<std::string, TaskMetadata>& tasks) {
  if (tasks.empty()) return "no tasks\n";
  Table table;
  table.add_row({"ID", "TYPE", "VERSION", "DESCRIPTION"});
  for (const auto& [id, task] : tasks)
    table.add_row({id, task.task_type, task.version, task.description});
  return table.text();
}

std::string task_to_text(const TaskMetadata& task) {
  Table table;
  table.add_row({"Task ID:", task.task_id});
  table.add_row({"Type:", task.task_type});
  table.add_row({"Description:", or_dash(task.description)});
  table.add_row({"Version:", task.version});
  table.add_row({"Author:", task.author});
  table.add_row({"Class:", or_dash(task.class_name)});
  table.add_row({"Module:", task.module.empty() ? "this program" : task.module});
  table.add_row({"Dependencies:", or_dash(fmt::format("{}", fmt::join(task.dependencies, ", ")))});
  std::string label = "Parameters:";
  for (const Parameter& parameter : task.parameters) {
    table.add_row({std::exchange(label, ""), parameter_text(parameter)});
  }
  if (task.parameters.empty()) table.add_row({label, "-"});
  for (const auto& [name, value] : task.tags) table.add_row({fmt::format("@{}:", name), value});
  return table.text();
}

std::string check_to_text(const TaskMetadata& task,
                          const std::vector<UnsatisfiedDependency>& unsatisfied) {
  const std::string id = printable(task.task_id);
  const std::size_t count = task.dependencies.size();
  if (count == 0) return fmt::format("{} depends on nothing\n", id);
  if (unsatisfied.empty()) {
    return fmt::format("{} is ready: each of its dependencies ({}) has a successful execution\n",
                       id, printable(fmt::format("{}", fmt::join(task.dependencies, ", "))));
  }
  Table table;
  for (const UnsatisfiedDependency& one : unsatisfied)
    table.add_row({"", one.task_id, unsatisfied_text(one)});
  return fmt::format(
      "{} is not ready: {} of its {} dependencies without a successful execution\n{}", id,
      unsatisfied.size(), count, table.text());
}

}  // namespace rota::inline v1
