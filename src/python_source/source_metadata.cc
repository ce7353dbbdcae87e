// SPDX-License-Identifier: Apache-2.0
#include "python_source/source_metadata.h"

#include "python_source/module_name.h"
#include "task/docstring.h"
#include "task/task_identity.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

const SourceValue* find(const NamedValues& values, std::string_view name) {
  const auto found = std::ranges::find(values, name, &NamedValues::value_type::first);
  return found == values.end() ? nullptr : &found->second;
}

// What the calls of super().__init__() pass on, from the class's own upward.
class Constructors {
 public:
  explicit Constructors(std::span<const SourceClass* const> line) {
    for (const SourceClass* one : line) {
      if (one->init) inits_.push_back(&*one->init);
    }
  }

  const SourceInit* own() const noexcept { return inits_.empty() ? nullptr : inits_.front(); }

  // Nothing where the field is left open.
  std::optional<SourceValue> find_field(std::string_view field) const {
    for (std::size_t level = 0; level < inits_.size() && inits_[level]->calls_base; ++level) {
      if (const SourceValue* passed = passed_at(level, field))
        return resolve(level, *passed, field);
    }
    return std::nullopt;
  }

 private:
  // The argument with which the constructor at `level` calls the next one.
  const SourceValue* passed_at(std::size_t level, std::string_view name) const {
    const SourceInit& init = *inits_[level];
    if (const SourceValue* by_name = rota::find(init.passes, name)) return by_name;
    const auto position = position_in_next(level, name);
    return position && *position < init.positional.size() ? &init.positional[*position] : nullptr;
  }

  std::optional<std::size_t> position_in_next(std::size_t level, std::string_view name) const {
    if (level + 1 == inits_.size()) {
      const auto found = std::ranges::find(kIdentity, name);
      if (found == kIdentity.end()) return std::nullopt;
      return static_cast<std::size_t>(found - kIdentity.begin());
    }
    const auto& parameters = inits_[level + 1]->parameters;
    const auto found = std::ranges::find(parameters, name, &Parameter::name);
    if (found == parameters.end()) return std::nullopt;
    return static_cast<std::size_t>(found - parameters.begin());
  }

  // A parameter that is passed on is what the call below gives it; at the lowest it is left to who makes the task.
  std::optional<SourceValue> resolve(std::size_t level, const SourceValue& value,
                                     std::string_view field) const {
    const auto* computed = std::get_if<Computed>(&value);
    if (computed == nullptr || computed->parameter.empty()) return value;
    if (level == 0)
      return computed->parameter == field ? std::nullopt : std::optional<SourceValue>(Computed{});
    const SourceValue* below = passed_at(level - 1, computed->parameter);
    if (below == nullptr) return std::nullopt;
    return resolve(level - 1, *below, field);
  }

  std::vector<const SourceInit*> inits_;
};

// As Python calls it.
std::string kind_of(const SourceValue& value) {
  if (std::holds_alternative<std::vector<std::string>>(value)) return "a list of str";
  if (std::holds_alternative<ValueTable>(value)) return "a dict";
  const auto* scalar = std::get_if<Value>(&value);
  constexpr std::array<std::string_view, 5> kNames = {"None", "a bool", "an int", "a float",
                                                      "a str"};
  return std::string(scalar == nullptr ? "computed" : kNames.at(scalar->variant().index()));
}

class MetadataReader {
 public:
  explicit MetadataReader(std::span<const SourceClass* const> line)
      : line_(line), constructors_(line) {}

  SourceMetadata run() {
    TaskMetadata& metadata = made_.metadata;
    metadata.class_name = line_.front()->name;
    if (!take_text("task_id", metadata.task_id))
      metadata.task_id = task_id_of_class_name(metadata.class_name);
    declared_.task_type = take_text("task_type", metadata.task_type);
    declared_.description =
        take_text("description", metadata.description) && !metadata.description.empty();
    declared_.version = take_text("version", metadata.version);
    declared_.author = take_text("author", metadata.author);
    declared_.dependencies = take_dependencies();
    take_policy();
    take_parameters();
    apply_docstring(line_.front()->docstring, declared_, metadata);
    return std::move(made_);
  }

 private:
  std::optional<SourceValue> find_field(std::string_view field) const {
    for (const SourceClass* one : line_) {
      if (const SourceValue* value = find(one->attributes, field)) return *value;
      const bool is_method = std::ranges::find(one->methods, field) != one->methods.end();
      if (is_method) return Computed{};
    }
    return constructors_.find_field(field);
  }

  // False where it is left open.
  template <class T>
  std::optional<T> take(std::string_view field, std::string_view kind) {
    const auto found = find_field(field);
    if (!found) return std::nullopt;
    if (const auto* computed = std::get_if<Computed>(&*found)) {
      if (!computed->is.empty()) {
        refuse(fmt::format("its {} is {}; write {}", field, computed->is, kind));
      } else if (made_.computed.empty()) {
        made_.computed = field;
      }
      return std::nullopt;
    }
    if constexpr (std::is_same_v<T, std::string>) {
      const auto* value = std::get_if<Value>(&*found);
      if (value != nullptr && value->is_null()) return std::nullopt;
      const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->variant());
      if (text != nullptr) return *text;
    } else if (const T* value = std::get_if<T>(&*found)) {
      return *value;
    }
    refuse(fmt::format("its {} is {}; write {}", field, kind_of(*found), kind));
    return std::nullopt;
  }

  bool take_text(std::string_view field, std::string& text) {
    auto found = take<std::string>(field, "a str");
    if (!found) return false;
    text = *std::move(found);
    return true;
  }

  bool take_dependencies() {
    auto found = take<std::vector<std::string>>("dependencies", "a list of str");
    if (!found) return false;
    made_.metadata.dependencies = *std::move(found);
    return true;
  }

  void take_policy() {
    const auto found = take<ValueTable>("policy", "a dict of names and plain values");
    if (!found) return;
    for (const auto& [name, value] : *found) {
      if (value.is_null()) continue;
      try {
        set_policy(made_.metadata.policy, name, value.to_text());
      } catch (const ArgumentError& error) {
        refuse(fmt::format("its policy {}", error.what()));
      }
    }
  }

  void take_parameters() {
    const SourceInit* init = constructors_.own();
    if (init == nullptr) {
      // What the BaseTask of another package takes is not known.
      made_.takes_any =
          std::ranges::find(line_.back()->bases, "rota.BaseTask") == line_.back()->bases.end();
      return;
    }
    made_.takes_any = init->takes_any;
    std::size_t identity = 0;
    for (const Parameter& parameter : init->parameters) {
      if (is_identity(parameter.name)) {
        ++identity;
      } else {
        made_.metadata.parameters.push_back(parameter);
      }
    }
    made_.is_constructible = init->takes_any || init->calls_base || identity == kIdentity.size();
  }

  void refuse(const std::string& reason) {
    made_.refusal += (made_.refusal.empty() ? "" : "; ") + reason;
  }

  std::span<const SourceClass* const> line_;
  Constructors constructors_;
  DeclaredFields declared_;
  SourceMetadata made_;
};

}  // namespace

SourceMetadata read_source_metadata(std::span<const SourceClass* const> line) {
  return MetadataReader(line).run();
}

}  // namespace rota::inline v1
