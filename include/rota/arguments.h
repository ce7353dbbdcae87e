// SPDX-License-Identifier: Apache-2.0
// Named arguments: what a caller passes to a task by name, as a Python caller passes keywords.
// Knows nothing of tasks.
#pragma once

#include <rota/error.h>
#include <rota/export.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace rota::inline v1 {

// The type that a parameter declares. `any` takes every value.
enum class ParameterType : std::uint8_t { any = 0, boolean = 1, integer = 2, number = 3, text = 4 };

ROTA_EXPORT std::string_view to_string(ParameterType type) noexcept;

// One value: nothing, a boolean, a signed 64-bit integer, a double, or UTF-8 text.
// Equality is of type and value: 1 and 1.0 differ.
class ROTA_EXPORT Value {
 public:
  using Variant = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

  Value() noexcept = default;
  template <std::same_as<bool> Boolean>  // a pointer is no boolean
  Value(Boolean value) noexcept : variant_(value) {}
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) Value(Integer value) : variant_(checked(value)) {}
  template <std::floating_point Float>
  Value(Float value) noexcept : variant_(static_cast<double>(value)) {}
  Value(std::string value) noexcept : variant_(std::move(value)) {}
  Value(std::string_view value) : variant_(std::string(value)) {}
  Value(const char* value) : variant_(std::string(value)) {}

  const Variant& variant() const noexcept { return variant_; }
  bool is_null() const noexcept { return variant_.index() == 0; }
  // "null", "boolean", "integer", "number" or "text".
  std::string_view type_name() const noexcept;
  // The value as a person writes it: 4, 0.5, true, text as it stands.
  std::string to_text() const;
  // The value as JSON (RFC 8259); a number that JSON cannot hold (NaN, infinity) becomes null.
  std::string to_json() const;

  // What `text` says when it is read as `type`; throws ArgumentError when it cannot be read so.
  static Value parse(std::string_view text, ParameterType type);

  friend bool operator==(const Value&, const Value&) = default;

 private:
  template <class Integer>
  static std::int64_t checked(Integer value) {
    if (!std::in_range<std::int64_t>(value)) throw_out_of_range();
    return static_cast<std::int64_t>(value);
  }
  [[noreturn]] static void throw_out_of_range();

  Variant variant_;
};

// Arguments by name. A value type; reading it from many threads is safe while none writes.
class ROTA_EXPORT Arguments {
 public:
  using Map = std::map<std::string, Value, std::less<>>;

  Arguments() = default;
  // {{"threads", 4}, {"source", "data"}}; of a name given twice the last counts.
  Arguments(std::initializer_list<std::pair<std::string_view, Value>> values);

  void set(std::string_view name, Value value);
  void erase(std::string_view name);
  // Null when there is none of that name; valid until the arguments change.
  const Value* find(std::string_view name) const noexcept;
  bool contains(std::string_view name) const noexcept { return find(name) != nullptr; }
  bool empty() const noexcept { return values_.empty(); }
  std::size_t size() const noexcept { return values_.size(); }
  Map::const_iterator begin() const noexcept { return values_.begin(); }
  Map::const_iterator end() const noexcept { return values_.end(); }

  // The argument of that name as T: bool, an integer type, double or std::string. An integer is taken
  // where a number is asked for. Throws ArgumentError when it is missing, of another type or out of
  // T's range.
  template <class T>
  T get(std::string_view name) const {
    return convert<T>(name, require(name));
  }
  // The same, with `fallback` where there is none of that name, or it is null.
  template <class T>
  T get(std::string_view name, T fallback) const {
    const Value* value = find(name);
    return value == nullptr || value->is_null() ? fallback : convert<T>(name, *value);
  }

  // An object of JSON with the names in byte order: equal arguments give equal text.
  std::string to_json() const;

  friend bool operator==(const Arguments&, const Arguments&) = default;

 private:
  const Value& require(std::string_view name) const;
  [[noreturn]] static void throw_wrong_type(std::string_view name, const Value& value,
                                            std::string_view wanted);
  template <class T>
  static T convert(std::string_view name, const Value& value);

  Map values_;
};

template <class T>
T Arguments::convert(std::string_view name, const Value& value) {
  static_assert(std::same_as<T, std::string> || std::integral<T> || std::floating_point<T>,
                "an argument is read as bool, an integer, a floating-point number or std::string");
  if constexpr (std::same_as<T, std::string>) {
    if (const auto* text = std::get_if<std::string>(&value.variant())) return *text;
    throw_wrong_type(name, value, "text");
  } else if constexpr (std::same_as<T, bool>) {
    if (const auto* boolean = std::get_if<bool>(&value.variant())) return *boolean;
    throw_wrong_type(name, value, "boolean");
  } else if constexpr (std::integral<T>) {
    const auto* integer = std::get_if<std::int64_t>(&value.variant());
    if (integer != nullptr && std::in_range<T>(*integer)) return static_cast<T>(*integer);
    throw_wrong_type(name, value, "an integer in the range asked for");
  } else {
    if (const auto* number = std::get_if<double>(&value.variant())) return static_cast<T>(*number);
    if (const auto* integer = std::get_if<std::int64_t>(&value.variant())) {
      return static_cast<T>(*integer);
    }
    throw_wrong_type(name, value, "number");
  }
}

}  // namespace rota::inline v1
