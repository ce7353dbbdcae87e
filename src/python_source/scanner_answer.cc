// SPDX-License-Identifier: Apache-2.0
#include "python_source/scanner_answer.h"

#include "os/one_line.h"
#include "python_source/line_process.h"
#include "python_source/module_name.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;

// More of anything is no source that a person wrote.
constexpr std::size_t kMost = 10'000;
constexpr std::size_t kMaxErrorBytes = 1000;

// Leaves parse_scanner_answer(), which makes it "no answer".
struct NotUnderstood {};

const Json& member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) throw NotUnderstood();
  return *found;
}

const std::string& text_of(const Json& json) {
  const auto* text = json.get_ptr<const std::string*>();
  if (text == nullptr) throw NotUnderstood();
  return *text;
}

bool boolean_of(const Json& json) {
  if (!json.is_boolean()) throw NotUnderstood();
  return json.get<bool>();
}

const Json& list_of(const Json& json) {
  if (!json.is_array() || json.size() > kMost) throw NotUnderstood();
  return json;
}

const Json& object_of(const Json& json) {
  if (!json.is_object() || json.size() > kMost) throw NotUnderstood();
  return json;
}

std::vector<std::string> texts_of(const Json& json) {
  std::vector<std::string> texts;
  for (const Json& one : list_of(json)) texts.push_back(text_of(one));
  return texts;
}

Value scalar_of(const Json& json) {
  switch (json.type()) {
    case Json::value_t::null:
      return {};
    case Json::value_t::boolean:
      return json.get<bool>();
    case Json::value_t::number_integer:
      return json.get<std::int64_t>();
    case Json::value_t::number_unsigned:
      // Beyond what a value holds.
      if (!std::in_range<std::int64_t>(json.get<std::uint64_t>())) return json.get<double>();
      return json.get<std::int64_t>();
    case Json::value_t::number_float:
      return json.get<double>();
    case Json::value_t::string:
      return json.get<std::string>();
    default:
      throw NotUnderstood();
  }
}

SourceValue value_of(const Json& json) {
  const auto known = object_of(json).find("value");
  if (known == json.end()) {
    if (!boolean_of(member(json, "dynamic"))) throw NotUnderstood();
    const auto text = [&](const char* name) {
      const auto found = json.find(name);
      return found == json.end() ? "" : text_of(*found);
    };
    return Computed{.parameter = text("parameter"), .is = one_line(text("is"))};
  }
  // An argument of a call can be anything; what no field takes is as good as computed.
  if (known->is_array()) {
    if (!std::ranges::all_of(*known, [](const Json& one) { return one.is_string(); }))
      return Computed{};
    return texts_of(*known);
  }
  if (!known->is_object()) return scalar_of(*known);
  ValueTable table;
  for (const auto& [name, value] : object_of(*known).items()) {
    if (value.is_structured()) return Computed{};
    table.emplace_back(name, scalar_of(value));
  }
  return table;
}

NamedValues named_values_of(const Json& json) {
  NamedValues values;
  for (const auto& [name, value] : object_of(json).items())
    values.emplace_back(name, value_of(value));
  return values;
}

ParameterType parameter_type_of(const Json& json) {
  for (const ParameterType type :
       {ParameterType::any, ParameterType::boolean, ParameterType::integer, ParameterType::number,
        ParameterType::text}) {
    if (to_string(type) == text_of(json)) return type;
  }
  throw NotUnderstood();
}

Parameter parameter_of(const Json& json) {
  Parameter parameter{.name = text_of(member(object_of(json), "name")),
                      .type = parameter_type_of(member(json, "type")),
                      .required = boolean_of(member(json, "required"))};
  if (const auto value = json.find("default"); value != json.end())
    parameter.default_value = scalar_of(*value);
  return parameter;
}

SourceInit init_of(const Json& json) {
  SourceInit init{.takes_any = boolean_of(member(object_of(json), "takes_any")),
                  .calls_base = boolean_of(member(json, "calls_base")),
                  .passes = named_values_of(member(json, "passes"))};
  for (const Json& one : list_of(member(json, "parameters")))
    init.parameters.push_back(parameter_of(one));
  for (const Json& one : list_of(member(json, "positional")))
    init.positional.push_back(value_of(one));
  return init;
}

SourceClass class_of(const Json& json) {
  SourceClass made{.name = text_of(member(object_of(json), "name")),
                   .bases = texts_of(member(json, "bases")),
                   .methods = texts_of(member(json, "methods")),
                   .abstract_methods = texts_of(member(json, "abstract_methods")),
                   .attributes = named_values_of(member(json, "attributes"))};
  if (!is_python_identifier(made.name)) throw NotUnderstood();
  const Json& line = member(json, "line");
  if (!line.is_number_unsigned()) throw NotUnderstood();
  made.line =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(line.get<std::uint64_t>(), UINT32_MAX));
  if (const Json& init = member(json, "init"); !init.is_null()) made.init = init_of(init);
  if (const Json& docstring = member(json, "docstring"); !docstring.is_null())
    made.docstring = text_of(docstring);
  return made;
}

SourceRecord record_of(const Json& json) {
  SourceRecord record;
  const Json& classes = list_of(member(json, "classes"));
  if (const Json& error = member(json, "error"); !error.is_null()) {
    record.error = one_line(text_of(error).substr(0, kMaxErrorBytes));
    if (record.error.empty() || !classes.empty()) throw NotUnderstood();
  }
  for (const Json& one : classes) record.classes.push_back(class_of(one));
  return record;
}

Json answer_of(std::string_view line, std::string_view module, std::string_view path) {
  if (line.size() > kMaxAnswerLineBytes) throw NotUnderstood();
  Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || text_of(member(json, "path")) != path ||
      text_of(member(json, "module")) != module)
    throw NotUnderstood();
  return json;
}

}  // namespace

std::optional<SourceRecord> parse_scanner_answer(std::string_view line, std::string_view module,
                                                 std::string_view path) try {
  return record_of(answer_of(line, module, path));
} catch (const NotUnderstood&) {
  return std::nullopt;
}

std::optional<ModuleAnswer> parse_module_answer(std::string_view line, std::string_view module,
                                                std::string_view path) try {
  const Json json = answer_of(line, module, path);
  ModuleAnswer answer{.record = record_of(json)};
  for (const auto& [name, fault] : object_of(member(json, "faults")).items())
    answer.faults.emplace_back(one_line(name), one_line(text_of(fault)));
  return answer;
} catch (const NotUnderstood&) {
  return std::nullopt;
}

}  // namespace rota::inline v1
