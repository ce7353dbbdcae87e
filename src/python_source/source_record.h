// SPDX-License-Identifier: Apache-2.0
// What one Python file says of its classes, read without running it. Knows nothing of other files.
#pragma once

#include <rota/arguments.h>
#include <rota/task_metadata.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace rota::inline v1 {

struct Computed {
  std::string parameter = {};  // of the constructor, whose caller decides; else empty
  std::string is = {};  // "a str": it is known, and of no type that the field takes; else empty

  friend bool operator==(const Computed&, const Computed&) = default;
};
using ValueTable = std::vector<std::pair<std::string, Value>>;
// What the source gives a name: something that is known without running it, or something computed.
using SourceValue = std::variant<Computed, Value, std::vector<std::string>, ValueTable>;
using NamedValues = std::vector<std::pair<std::string, SourceValue>>;

// Its __init__.
struct SourceInit {
  std::vector<Parameter> parameters = {};
  bool takes_any = false;   // it has **kwargs
  bool calls_base = false;  // it calls the __init__ of a base, with what follows
  NamedValues passes = {};
  std::vector<SourceValue> positional = {};

  friend bool operator==(const SourceInit&, const SourceInit&) = default;
};

struct SourceClass {
  std::string name = {};
  std::uint32_t line = 0;
  std::vector<std::string> bases = {};  // dotted; "?" for one that cannot be told
  std::vector<std::string> methods = {};
  std::vector<std::string> abstract_methods = {};
  NamedValues attributes = {};
  std::optional<SourceInit> init = {};
  std::string docstring = {};

  friend bool operator==(const SourceClass&, const SourceClass&) = default;
};

struct SourceRecord {
  std::string error = {};  // why it cannot be read; then there are no classes
  std::uint64_t content_hash = 0;
  std::vector<SourceClass> classes = {};

  friend bool operator==(const SourceRecord&, const SourceRecord&) = default;
};

}  // namespace rota::inline v1
