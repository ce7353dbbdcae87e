// SPDX-License-Identifier: Apache-2.0
#include "task/value_json.h"
#include <rota/arguments.h>

#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Value> try_parse(std::string_view text, ParameterType type) {
  switch (type) {
    case ParameterType::text:
      return Value(text);
    case ParameterType::boolean:
      if (text == "true" || text == "yes" || text == "1") return Value(true);
      if (text == "false" || text == "no" || text == "0") return Value(false);
      return std::nullopt;
    case ParameterType::integer:
      if (const auto number = read_number<std::int64_t>(text)) return Value(*number);
      return std::nullopt;
    case ParameterType::number:
      if (const auto number = read_number<double>(text); number && std::isfinite(*number))
        return Value(*number);
      return std::nullopt;
    case ParameterType::any:
      break;
  }
  if (text == "true" || text == "false") return Value(text == "true");
  if (const auto number = read_number<std::int64_t>(text)) return Value(*number);
  if (const auto number = read_number<double>(text); number && std::isfinite(*number))
    return Value(*number);
  return Value(text);
}

}  // namespace

std::string_view to_string(ParameterType type) noexcept {
  switch (type) {
    case ParameterType::any:
      return "any";
    case ParameterType::boolean:
      return "boolean";
    case ParameterType::integer:
      return "integer";
    case ParameterType::number:
      return "number";
    case ParameterType::text:
      return "text";
  }
  return "any";
}

std::string_view Value::type_name() const noexcept {
  constexpr std::string_view kNames[] = {"null", "boolean", "integer", "number", "text"};
  return kNames[variant_.index()];
}

std::string Value::to_text() const {
  if (const auto* text = std::get_if<std::string>(&variant_)) return *text;
  if (is_null()) return "";
  return to_json();
}

std::string Value::to_json() const { return dump(value_to_json<Json>(*this)); }

Value Value::parse(std::string_view text, ParameterType type) {
  if (auto value = try_parse(text, type)) return *std::move(value);
  constexpr std::string_view kExamples[] = {"", "true or false", "like 4", "like 0.5", ""};
  throw ArgumentError(fmt::format("'{}' is no {} ({})", text, to_string(type),
                                  kExamples[static_cast<std::size_t>(type)]));
}

void Value::throw_out_of_range() {
  throw ArgumentError("an integer above 9223372036854775807 cannot be an argument");
}

Arguments::Arguments(std::initializer_list<std::pair<std::string_view, Value>> values) {
  for (const auto& [name, value] : values) set(name, value);
}

void Arguments::set(std::string_view name, Value value) {
  values_.insert_or_assign(std::string(name), std::move(value));
}

void Arguments::erase(std::string_view name) {
  if (const auto at = values_.find(name); at != values_.end()) values_.erase(at);
}

const Value* Arguments::find(std::string_view name) const noexcept {
  const auto at = values_.find(name);
  return at == values_.end() ? nullptr : &at->second;
}

std::string Arguments::to_json() const {
  if (values_.empty()) return "{}";
  Json object = Json::object();  // keeps its keys in byte order
  for (const auto& [name, value] : values_) object[name] = value_to_json<Json>(value);
  return dump(object);
}

const Value& Arguments::require(std::string_view name) const {
  const Value* value = find(name);
  if (value == nullptr) throw ArgumentError(fmt::format("argument {} is missing", name));
  return *value;
}

void Arguments::throw_wrong_type(std::string_view name, const Value& value,
                                 std::string_view wanted) {
  throw ArgumentError(fmt::format("argument {} is {} ({}), not {}", name, value.type_name(),
                                  value.to_text(), wanted));
}

}  // namespace rota::inline v1
