// SPDX-License-Identifier: Apache-2.0
#include "python_source/class_linking.h"

#include "python_source/class_order.h"
#include "python_source/source_metadata.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class ClassLinker {
 public:
  ClassLinker(std::span<const ReadSource> sources, std::size_t of_tasks)
      : sources_(sources), of_tasks_(of_tasks) {
    for (std::size_t source = 0; source < sources.size(); ++source) {
      const SourceFile& file = *sources[source].file;
      for (const SourceClass& one : sources[source].record.classes)
        order_.add(file.module, {&one, source, file.root.get()});
    }
  }

  LinkedClasses run() {
    for (std::uint32_t number = 0; number < order_.size(); ++number) look_at(number);
    return std::move(linked_);
  }

 private:
  void look_at(std::uint32_t number) {
    const PlacedClass& placed = order_.at(number);
    if (placed.source >= of_tasks_) return;
    if (placed.of->name.starts_with('_') || placed.of->name == "BaseTask") return;
    const ClassLine& line = order_.line_of(number);
    for (const std::string& base : line.unknown_bases)
      linked_.unknown_bases.push_back({placed.root, base});
    line_.clear();
    for (const std::uint32_t one : line.classes) line_.push_back(order_.at(one).of);
    if (line.is_broken) {
      if (may_be_task()) unclear(placed, "its bases go round in a circle, or are too many");
    } else if (line.reaches_base_task ? is_concrete() : is_compatible()) {
      take(placed, line);
    } else if (!line.unknown_bases.empty() && may_be_task() && !has_open_method()) {
      unclear(placed, reason_of(line.unknown_bases.front()));
    }
  }

  static std::string reason_of(const std::string& unknown_base) {
    if (unknown_base == "?") return "one of its bases is computed";
    return fmt::format("its base {} is in no file that is looked at", unknown_base);
  }

  void take(const PlacedClass& placed, const ClassLine& line) {
    SourceMetadata read = read_source_metadata(line_);
    if (!read.computed.empty())
      return unclear(placed, fmt::format("{} is computed", read.computed));
    read.metadata.module = sources_[placed.source].file->module;
    linked_.tasks.push_back({.source = placed.source,
                             .metadata = std::move(read.metadata),
                             .traits = {.derives_from_base_task = line.reaches_base_task,
                                        .is_constructible = read.is_constructible},
                             .takes_any = read.takes_any,
                             .refusal = std::move(read.refusal)});
  }

  void unclear(const PlacedClass& placed, std::string reason) {
    linked_.unclear.push_back({.source = placed.source,
                               .line = placed.of->line,
                               .class_name = placed.of->name,
                               .reason = std::move(reason)});
  }

  bool has_method(std::string_view name) const {
    return std::ranges::any_of(
        line_, [&](const SourceClass* one) { return contains(one->methods, name); });
  }
  bool has_attribute(std::string_view name) const {
    return std::ranges::any_of(line_, [&](const SourceClass* one) {
      return std::ranges::find(one->attributes, name, &NamedValues::value_type::first) !=
             one->attributes.end();
    });
  }

  // The first that has a method decides whether it is left open.
  bool has_open_method() const {
    for (std::size_t at = 0; at < line_.size(); ++at) {
      for (const std::string& name : line_[at]->abstract_methods) {
        const auto begin = line_.begin();
        const bool is_closed = std::any_of(
            begin, begin + static_cast<std::ptrdiff_t>(at), [&](const SourceClass* nearer) {
              return contains(nearer->methods, name) && !contains(nearer->abstract_methods, name);
            });
        if (!is_closed) return true;
      }
    }
    return false;
  }

  bool is_concrete() const { return has_method("configure_operations") && !has_open_method(); }
  bool is_compatible() const {
    constexpr std::array<std::string_view, 5> kMethods = {"configure_operations", "run",
                                                          "initialize", "execute", "finalize"};
    return (has_attribute("task_id") || has_method("task_id")) && !has_open_method() &&
           std::ranges::all_of(kMethods, [&](std::string_view name) { return has_method(name); });
  }
  // For all that is known of it.
  bool may_be_task() const {
    return has_method("configure_operations") || has_attribute("task_id");
  }

  std::span<const ReadSource> sources_;
  std::size_t of_tasks_;
  ClassOrder order_;
  std::vector<const SourceClass*> line_;
  LinkedClasses linked_;
};

}  // namespace

LinkedClasses link_classes(std::span<const ReadSource> sources, std::size_t of_tasks) {
  return ClassLinker(sources, of_tasks).run();
}

}  // namespace rota::inline v1
