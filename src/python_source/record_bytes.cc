// SPDX-License-Identifier: Apache-2.0
// One function for each type names its parts; a Writer and a Reader walk over them.
#include "python_source/record_bytes.h"

#include <concepts>
#include <cstring>
#include <type_traits>

namespace rota::inline v1 {
namespace {

class Writer {
 public:
  template <class T>
  requires std::is_arithmetic_v<T>
  void number(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(const std::string& value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
  }
  template <class T>
  void list(const std::vector<T>& values) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) walk(*this, value);
  }
  template <class T>
  void optional(const std::optional<T>& value) {
    number(static_cast<std::uint8_t>(value.has_value()));
    if (value) walk(*this, *value);
  }
  template <class... Types>
  void variant(const std::variant<Types...>& value) {
    number(static_cast<std::uint8_t>(value.index()));
    std::visit([this](const auto& held) { walk(*this, held); }, value);
  }
  void scalar(const Value& value) { variant(value.variant()); }
  void type(const ParameterType& type) { number(static_cast<std::uint8_t>(type)); }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// After the first thing that is not there everything is empty, and good() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  requires std::is_arithmetic_v<T>
  void number(T& value) {
    if constexpr (std::same_as<T, bool>) {
      std::uint8_t stored = 0;
      number(stored);
      value = stored != 0;
    } else {
      const std::string_view found = piece(sizeof value);
      if (good_) std::memcpy(&value, found.data(), sizeof value);
    }
  }
  void text(std::string& value) { value = piece(size()); }
  template <class T>
  void list(std::vector<T>& values) {
    const std::uint32_t count = size();
    if (count > bytes_.size()) good_ = false;  // each takes a byte at least
    if (!good_) return;
    values.resize(count);
    for (T& value : values) walk(*this, value);
  }
  template <class T>
  void optional(std::optional<T>& value) {
    std::uint8_t is_there = 0;
    number(is_there);
    if (good_ && is_there != 0) walk(*this, value.emplace());
  }
  template <class... Types>
  void variant(std::variant<Types...>& value) {
    std::uint8_t index = 0;
    number(index);
    std::uint8_t at = 0;
    const auto try_type = [&]<class T>(std::type_identity<T>) {
      if (at++ == index) walk(*this, value.template emplace<T>());
    };
    (try_type(std::type_identity<Types>{}), ...);
    good_ = good_ && index < sizeof...(Types);
  }
  void scalar(Value& value) {
    Value::Variant held;
    variant(held);
    std::visit(
        [&](auto& one) {
          if constexpr (!std::same_as<std::decay_t<decltype(one)>, std::monostate>)
            value = std::move(one);
        },
        held);
  }
  void type(ParameterType& type) {
    std::uint8_t stored = 0;
    number(stored);
    good_ = good_ && stored <= static_cast<std::uint8_t>(ParameterType::text);
    if (good_) type = static_cast<ParameterType>(stored);
  }

  bool is_at_end() const noexcept { return good_ && bytes_.empty(); }

 private:
  std::uint32_t size() {
    std::uint32_t size = 0;
    number(size);
    return size;
  }
  std::string_view piece(std::size_t size) {
    good_ = good_ && size <= bytes_.size();
    if (!good_) return {};
    const std::string_view found = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return found;
  }

  std::string_view bytes_;
  bool good_ = true;
};

template <class Walker, class T>
concept Of = std::same_as<std::remove_const_t<Walker>, T>;

void walk(auto&, const std::monostate&) {}

template <class T>
requires std::is_arithmetic_v<std::remove_const_t<T>>
void walk(auto& walker, T& number) { walker.number(number); }
void walk(auto& walker, Of<std::string> auto& text) { walker.text(text); }
void walk(auto& walker, Of<Computed> auto& computed) {
  walk(walker, computed.parameter);
  walk(walker, computed.is);
}
void walk(auto& walker, Of<Value> auto& value) { walker.scalar(value); }
void walk(auto& walker, Of<SourceValue> auto& value) { walker.variant(value); }
void walk(auto& walker, Of<std::vector<std::string>> auto& texts) { walker.list(texts); }
void walk(auto& walker, Of<ValueTable> auto& table) { walker.list(table); }
void walk(auto& walker, Of<std::pair<std::string, Value>> auto& pair) {
  walk(walker, pair.first);
  walk(walker, pair.second);
}
void walk(auto& walker, Of<std::pair<std::string, SourceValue>> auto& pair) {
  walk(walker, pair.first);
  walk(walker, pair.second);
}
void walk(auto& walker, Of<Parameter> auto& parameter) {
  walk(walker, parameter.name);
  walker.type(parameter.type);
  walk(walker, parameter.default_value);
  walk(walker, parameter.required);
}
void walk(auto& walker, Of<SourceInit> auto& init) {
  walker.list(init.parameters);
  walk(walker, init.takes_any);
  walk(walker, init.calls_base);
  walker.list(init.passes);
  walker.list(init.positional);
}
void walk(auto& walker, Of<SourceClass> auto& one) {
  walk(walker, one.name);
  walk(walker, one.line);
  walker.list(one.bases);
  walker.list(one.methods);
  walker.list(one.abstract_methods);
  walker.list(one.attributes);
  walker.optional(one.init);
  walk(walker, one.docstring);
}
void walk(auto& walker, Of<SourceRecord> auto& record) {
  walk(walker, record.error);
  walk(walker, record.content_hash);
  walker.list(record.classes);
}

}  // namespace

std::string to_bytes(const SourceRecord& record) {
  Writer writer;
  walk(writer, record);
  return writer.take();
}

std::optional<SourceRecord> record_of_bytes(std::string_view bytes) {
  SourceRecord record;
  Reader reader(bytes);
  walk(reader, record);
  if (!reader.is_at_end()) return std::nullopt;
  return record;
}

}  // namespace rota::inline v1
