// SPDX-License-Identifier: Apache-2.0
#include "task/docstring.h"

#include "os/text.h"

#include <optional>

namespace rota::inline v1 {
namespace {

struct Tag {
  std::string name;  // in lower case
  std::string value;
};

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// "@Author: Data team" or "@author Data team"; nothing for a line that holds no tag.
std::optional<Tag> parse_tag(std::string_view line) {
  line = trim(line);
  if (line.empty() || line.front() != '@') return std::nullopt;
  line.remove_prefix(1);
  Tag tag;
  while (!line.empty() && is_name_character(line.front())) {
    const char c = line.front();
    tag.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    line.remove_prefix(1);
  }
  if (tag.name.empty()) return std::nullopt;
  line = trim(line);
  if (!line.empty() && line.front() == ':') line.remove_prefix(1);
  tag.value = trim(line);
  return tag;
}

std::vector<std::string> split_ids(std::string_view text) {
  std::vector<std::string> ids;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (const std::string_view id = trim(text.substr(0, end)); !id.empty()) ids.emplace_back(id);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ids;
}

void apply_tag(Tag tag, const DeclaredFields& declared, TaskMetadata& metadata) {
  const auto fill = [&](std::string& field, bool is_declared) {
    if (!is_declared && !tag.value.empty()) field = std::move(tag.value);
  };
  if (tag.name == "task_id") return;
  if (tag.name == "task_type" || tag.name == "type")
    return fill(metadata.task_type, declared.task_type);
  if (tag.name == "description") return fill(metadata.description, declared.description);
  if (tag.name == "version") return fill(metadata.version, declared.version);
  if (tag.name == "author") return fill(metadata.author, declared.author);
  if (tag.name == "dependencies") {
    if (!declared.dependencies) metadata.dependencies = split_ids(tag.value);
    return;
  }
  metadata.tags.try_emplace(std::move(tag.name), std::move(tag.value));
}

}  // namespace

void apply_docstring(std::string_view docstring, const DeclaredFields& declared,
                     TaskMetadata& metadata) {
  std::string_view rest = docstring;
  std::size_t text_end = docstring.size();
  while (!rest.empty()) {
    const std::size_t start = docstring.size() - rest.size();
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (auto tag = parse_tag(rest.substr(0, end))) {
      text_end = std::min(text_end, start);
      apply_tag(*std::move(tag), declared, metadata);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (metadata.description.empty() && !declared.description) {
    metadata.description = trim(docstring.substr(0, text_end));
  }
}

void apply_docstring(std::string_view docstring, TaskMetadata& metadata) {
  const TaskMetadata defaults;
  const DeclaredFields declared{.task_type = metadata.task_type != defaults.task_type,
                                .description = metadata.description != defaults.description,
                                .version = metadata.version != defaults.version,
                                .author = metadata.author != defaults.author,
                                .dependencies = !metadata.dependencies.empty()};
  apply_docstring(docstring, declared, metadata);
}

}  // namespace rota::inline v1
