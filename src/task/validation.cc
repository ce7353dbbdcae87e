// SPDX-License-Identifier: Apache-2.0
// What keeps a class from being a task class, and arguments from being taken: all of it, not the first.
#include "os/text.h"
#include "task/task_identity.h"
#include <rota/task_class.h>

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {
namespace {

constexpr const char* kIdGrammar = "1 to 200 of A-Z a-z 0-9 _ . -, the first a letter or _";

bool fits(const Value& value, ParameterType type) noexcept {
  const std::size_t index = value.variant().index();
  switch (type) {
    case ParameterType::any:
      return true;
    case ParameterType::boolean:
      return index == 1;
    case ParameterType::integer:
      return index == 2;
    case ParameterType::number:
      return index == 2 || index == 3;
    case ParameterType::text:
      return index == 4;
  }
  return false;
}

using Reasons = std::vector<std::string>;

void check_texts(const TaskMetadata& metadata, Reasons& reasons) {
  if (!is_valid_task_id(metadata.task_id)) {
    reasons.push_back(
        fmt::format("task_id '{}' is none: an id is {}", metadata.task_id, kIdGrammar));
  }
  if (!is_valid_version(metadata.version)) {
    reasons.push_back(fmt::format(
        "version '{}' is none: a version is 1 to 100 printable characters without spaces",
        metadata.version));
  }
  for (const auto& [name, text] : {std::pair("task_type", &metadata.task_type),
                                   {"description", &metadata.description},
                                   {"class_name", &metadata.class_name},
                                   {"author", &metadata.author}}) {
    if (!is_utf8(*text)) reasons.push_back(fmt::format("{} is not UTF-8", name));
  }
}

void check_dependencies(const TaskMetadata& metadata, Reasons& reasons) {
  std::set<std::string_view> seen;
  for (const std::string& dependency : metadata.dependencies) {
    if (!is_valid_task_id(dependency)) {
      reasons.push_back(
          fmt::format("dependency '{}' is no task id: an id is {}", dependency, kIdGrammar));
    }
    if (dependency == metadata.task_id) reasons.push_back("it depends on itself");
    if (!seen.insert(dependency).second)
      reasons.push_back(fmt::format("it depends on {} twice", dependency));
  }
}

void check_parameters(const TaskMetadata& metadata, Reasons& reasons) {
  std::set<std::string_view> seen;
  for (const Parameter& parameter : metadata.parameters) {
    if (!is_valid_task_id(parameter.name)) {
      reasons.push_back(
          fmt::format("parameter '{}' has no good name: a name is {}", parameter.name, kIdGrammar));
    }
    if (!seen.insert(parameter.name).second) {
      reasons.push_back(fmt::format("parameter {} is declared twice", parameter.name));
    }
    if (!parameter.default_value.is_null() && !fits(parameter.default_value, parameter.type)) {
      reasons.push_back(fmt::format("parameter {}: its default is {}, not {}", parameter.name,
                                    parameter.default_value.type_name(),
                                    to_string(parameter.type)));
    }
  }
}

void check_traits(const TaskClassTraits& traits, Reasons& reasons) {
  const auto require = [&](bool holds, const char* reason) {
    if (!holds) reasons.emplace_back(reason);
  };
  require(
      traits.is_constructible,
      "it cannot be constructed: its constructor neither takes task_id, task_type and description "
      "nor gives them to BaseTask");
  require(traits.has_configure_operations, "it has no configure_operations()");
  require(traits.has_run, "it has no run()");
  if (traits.derives_from_base_task) return;
  require(traits.has_initialize, "it does not derive from BaseTask and has no initialize()");
  require(traits.has_execute, "it does not derive from BaseTask and has no execute()");
  require(traits.has_finalize, "it does not derive from BaseTask and has no finalize()");
}

std::string names_of(const std::vector<Parameter>& parameters) {
  Reasons names;
  for (const Parameter& parameter : parameters) names.push_back(parameter.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::vector<std::string> validate_task_class(const TaskClass& task_class) {
  Reasons reasons;
  check_texts(task_class.metadata(), reasons);
  check_dependencies(task_class.metadata(), reasons);
  check_parameters(task_class.metadata(), reasons);
  check_traits(task_class.traits(), reasons);
  return reasons;
}

std::vector<std::string> validate_arguments(const TaskClass& task_class, Arguments& values) {
  Reasons reasons;
  const std::vector<Parameter>& parameters = task_class.metadata().parameters;
  for (const auto& [name, value] : values) {
    const bool is_declared =
        std::ranges::find(parameters, name, &Parameter::name) != parameters.end();
    if (is_declared || is_identity(name) || task_class.takes_undeclared_arguments()) continue;
    reasons.push_back(parameters.empty() ? fmt::format("it takes no argument {}", name)
                                         : fmt::format("there is no parameter {} (there are: {})",
                                                       name, names_of(parameters)));
  }
  for (const Parameter& parameter : parameters) {
    const Value* value = values.find(parameter.name);
    if (value == nullptr && parameter.required) {
      reasons.push_back(
          fmt::format("argument {} ({}) is missing", parameter.name, to_string(parameter.type)));
    } else if (value == nullptr && !parameter.default_value.is_null()) {
      values.set(parameter.name, parameter.default_value);
    } else if (value != nullptr && !fits(*value, parameter.type)) {
      reasons.push_back(fmt::format("argument {} is {} ({}), not {}", parameter.name,
                                    value->type_name(), value->to_text(),
                                    to_string(parameter.type)));
    }
  }
  return reasons;
}

}  // namespace rota::inline v1
