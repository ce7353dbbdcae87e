// SPDX-License-Identifier: Apache-2.0
// From whom a class inherits, in the order in which Python asks them, across files. Knows nothing of tasks but the name
// at which it stops.
#pragma once

#include "python_source/source_record.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rota::inline v1 {

struct PlacedClass {
  const SourceClass* of = nullptr;
  std::size_t source = 0;  // the number of its file
  const std::string* root = nullptr;
};

struct ClassLine {
  std::vector<std::uint32_t> classes =
      {};  // numbers; itself first; without BaseTask and all above it
  bool reaches_base_task = false;
  std::vector<std::string> unknown_bases = {};  // that are in no file that was looked at
  bool is_broken = false;  // the bases go round in a circle, or are far too many
};

class ClassOrder {
 public:
  // `module`: that of its file.
  void add(std::string_view module, PlacedClass placed);

  std::size_t size() const noexcept { return classes_.size(); }
  const PlacedClass& at(std::uint32_t number) const { return classes_[number]; }
  // Valid until the next call of add().
  const ClassLine& line_of(std::uint32_t number);

 private:
  std::optional<std::uint32_t> find(std::string_view name, const std::string* root) const;
  std::optional<std::uint32_t> find_re_exported(std::string_view name,
                                                const std::string* root) const;
  ClassLine make_line(std::uint32_t number);
  void take_base(const std::string& base, std::uint32_t number, ClassLine& line,
                 std::vector<std::uint32_t>& all);

  enum class State : std::uint8_t { open, under_way, done };

  std::size_t depth_ = 0;  // of the calls of line_of()
  std::vector<PlacedClass> classes_;
  std::vector<ClassLine> lines_;
  std::vector<State> states_;
  std::vector<std::string> modules_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_full_name_;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> by_name_;
};

}  // namespace rota::inline v1
